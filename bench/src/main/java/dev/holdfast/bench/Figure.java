package dev.holdfast.bench;

import com.fasterxml.jackson.annotation.JsonInclude;

/// One measured value.
///
/// @param value what was measured
/// @param unit of the value: `orders/s`, `ms`, `us/order`
/// @param reference what the same run measured of the thing it is held against, null when there is none
/// @param ratio value by reference, null without one
/// @param target the ratio or value that is aimed at, in words; null when there is none
@JsonInclude(JsonInclude.Include.ALWAYS)
record Figure(double value, String unit, Double reference, Double ratio, String target) {

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
