package dev.holdfast.catalog;

import java.math.BigDecimal;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// The catalog's settings, `holdfast.catalog.*`.
///
/// @param defaultWeightKg the weight of a product that states none, kilograms, above 0. Default 0.5. Shipping
///     prices and label requests use it.
/// @param defaultLengthCm with the next two the size of a product that states none, centimetres, above 0. Default
///     30
/// @param defaultWidthCm default 20
/// @param defaultHeightCm default 10
/// @param importMaxSize the largest CSV file taken, 1 byte or more; a larger one is refused (413) and nothing of it
///     imported. Default 32 MB. The file lies on disk while it is read, so this bounds disk, not memory.
/// @param importMaxRows the most rows of a CSV file, 1 or more; one more and the file is refused (413), nothing of
///     it imported. Default 200,000. This bounds memory: skus seen and rows rejected are kept until the answer,
///     about 200 bytes a row.
@ConfigurationProperties("holdfast.catalog")
record CatalogSettings(
        @DefaultValue("0.5") BigDecimal defaultWeightKg,
        @DefaultValue("30") BigDecimal defaultLengthCm,
        @DefaultValue("20") BigDecimal defaultWidthCm,
        @DefaultValue("10") BigDecimal defaultHeightCm,
        @DefaultValue("32MB") DataSize importMaxSize,
        @DefaultValue("200000") int importMaxRows) {

    CatalogSettings {
        positive("default-weight-kg", defaultWeightKg);
        positive("default-length-cm", defaultLengthCm);
        positive("default-width-cm", defaultWidthCm);
        positive("default-height-cm", defaultHeightCm);
        positive("import-max-size", BigDecimal.valueOf(importMaxSize.toBytes()));
        positive("import-max-rows", BigDecimal.valueOf(importMaxRows));
    }

    private static void positive(String setting, BigDecimal value) {
        if (value.signum() <= 0) {
            throw new IllegalArgumentException("holdfast.catalog." + setting + " must be above 0, not " + value);
        }
    }
}
