package dev.holdfast.shipping;

import dev.holdfast.shipping.ShippingApi.Dimensions;
import dev.holdfast.shipping.ShippingApi.Weight;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The settings of shipping (`holdfast.shipping.*`).
///
/// @param carrierBackoff the pauses before the retries at one carrier; as many retries as there are pauses. Up to
///     10, each up to a minute; default 1 s, 2 s, 4 s. All of it happens within one attempt of the step that asks
///     for a label, so the sum, twice (two carriers), must fit into that step's time
/// @param carrierLatency how long a simulated carrier takes to answer. 0 to a minute, default 0
/// @param sweepEvery how often labels that must go are tried again at their carriers. 10 ms to a minute, default 1
///     s
/// @param defaultLength of a parcel whose request does not say; with width and height, in `defaultSizeUnit`.
///     Default 10 × 8 × 4 inches
/// @param defaultWeight of a parcel whose request does not say, in `defaultWeightUnit`. Default 1 lbs
@ConfigurationProperties("holdfast.shipping")
record ShippingSettings(
        @DefaultValue({"1s", "2s", "4s"}) List<Duration> carrierBackoff,
        @DefaultValue("0ms") Duration carrierLatency,
        @DefaultValue("1s") Duration sweepEvery,
        @DefaultValue("10") BigDecimal defaultLength,
        @DefaultValue("8") BigDecimal defaultWidth,
        @DefaultValue("4") BigDecimal defaultHeight,
        @DefaultValue("inches") String defaultSizeUnit,
        @DefaultValue("1") BigDecimal defaultWeight,
        @DefaultValue("lbs") String defaultWeightUnit) {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    ShippingSettings {
        if (carrierBackoff.size() > 10) {
            throw new IllegalArgumentException("carrierBackoff has up to 10 pauses, not " + carrierBackoff);
        }
        carrierBackoff.forEach(pause -> between("carrierBackoff", Duration.ZERO, pause));
        between("carrierLatency", Duration.ZERO, carrierLatency);
        between("sweepEvery", Duration.ofMillis(10), sweepEvery);
        var wrong = LabelRules.errors(
                new Dimensions(defaultLength, defaultWidth, defaultHeight, defaultSizeUnit),
                new Weight(defaultWeight, defaultWeightUnit));
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("the default parcel is wrong: " + wrong);
        }
    }

    Dimensions box() {
        return new Dimensions(defaultLength, defaultWidth, defaultHeight, defaultSizeUnit);
    }

    Weight weight() {
        return new Weight(defaultWeight, defaultWeightUnit);
    }

    private static void between(String setting, Duration least, Duration value) {
        if (value.compareTo(least) < 0 || value.compareTo(MINUTE) > 0) {
            throw new IllegalArgumentException(
                    setting + " must be between " + least + " and " + MINUTE + ", not " + value);
        }
    }
}
