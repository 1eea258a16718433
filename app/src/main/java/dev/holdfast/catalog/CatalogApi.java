package dev.holdfast.catalog;

import dev.holdfast.platform.Money;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/// Products and their prices.
public interface CatalogApi {

    /// The products among `skus` that exist, by sku; weight and size always set (the settings' default where the
    /// product has none).
    Map<String, Product> find(List<String> skus);

    /// Creates or replaces products that are already in memory, in sets. Not one transaction: a failure leaves the
    /// sets before it imported, and the same call again brings the rest.
    ///
    /// @throws IllegalArgumentException naming the first product that breaks a rule; nothing is imported
    void importProducts(List<Product> products);

    /// @param sku 1 to 64 characters without control characters, `/ \ ? # % ; "` or white space other than single
    ///     blanks inside
    /// @param name 1 to 500 characters, no control characters
    /// @param price 1 to 10^12 minor units
    /// @param weightKg null: the default of the settings
    /// @param dimensions null: the default of the settings
    record Product(String sku, String name, Money price, BigDecimal weightKg, Size dimensions) {}

    /// Centimetres.
    record Size(BigDecimal length, BigDecimal width, BigDecimal height) {}
}
