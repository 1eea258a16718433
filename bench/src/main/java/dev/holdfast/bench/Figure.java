package dev.holdfast.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;
import java.util.regex.Pattern;

/// One measured value.
///
/// @param value what was measured
/// @param unit of the value: `orders/s`, `ms`, `us/order`
/// @param reference what the same run measured of the thing it is held against, null when there is none
/// @param ratio value by reference, null without one
/// @param target the ratio or value that is aimed at, in words; null when there is none
@JsonInclude(JsonInclude.Include.ALWAYS)
record Figure(double value, String unit, Double reference, Double ratio, String target) {

    /// `>= 0.5`, `<= 8,192`, `< 100 ms`.
    private static final Pattern TARGET = Pattern.compile("(>=|<=|<|>) ?([0-9][0-9,.]*)\\b.*");

    /// Whether the target is met: by the ratio where there is a reference, else by the value. Empty without a
    /// target, and with one that is not a comparison with a number.
    Optional<Boolean> met() {
        var aim = target == null ? null : TARGET.matcher(target);
        if (aim == null || !aim.matches()) {
            return Optional.empty();
        }
        if (reference != null && ratio == null) {
            return Optional.of(false); // the reference did nothing at all: nothing is proved
        }
        double wanted = Double.parseDouble(aim.group(2).replace(",", ""));
        double measured = ratio == null ? value : ratio;
        return Optional.of(
                switch (aim.group(1)) {
                    case ">=" -> measured >= wanted;
                    case "<=" -> measured <= wanted;
                    case ">" -> measured > wanted;
                    default -> measured < wanted;
                });
    }

    /// `met`, `short`, or nothing.
    String verdict() {
        return met().map(met -> met ? "met" : "short").orElse("");
    }

    static Figure of(double value, String unit) {
        return new Figure(value, unit, null, null, null);
    }

    static Figure of(double value, String unit, String target) {
        return new Figure(value, unit, null, null, target);
    }

    static Figure against(double value, String unit, double reference, String target) {
        return new Figure(value, unit, reference, reference == 0 ? null : value / reference, target);
    }
}
