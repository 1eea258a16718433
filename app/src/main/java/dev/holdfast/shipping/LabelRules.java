package dev.holdfast.shipping;

import dev.holdfast.platform.Address;
import dev.holdfast.platform.Text;
import dev.holdfast.shipping.ShippingApi.Dimensions;
import dev.holdfast.shipping.ShippingApi.LabelRequest;
import dev.holdfast.shipping.ShippingApi.Weight;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What a label needs before any carrier is asked.
final class LabelRules {

    private static final int LONGEST_ID = 64;
    private static final int LONGEST_TEXT = 200;
    private static final BigDecimal LARGEST = BigDecimal.valueOf(100_000);
    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    private final List<Error> errors = new ArrayList<>();

    private LabelRules() {}

    /// @param pointer a JSON pointer as a URI fragment, into the body of the request
    record Error(String pointer, String detail) {}

    /// @return what is wrong, in the order of the body; empty when nothing is
    static List<Error> errors(LabelRequest request) {
        var rules = new LabelRules();
        rules.text("#/order_id", request.orderId(), LONGEST_ID);
        rules.address(request.destination());
        if (request.packageDimensions() != null) {
            rules.dimensions(request.packageDimensions());
        }
        if (request.weight() != null) {
            rules.weight(request.weight());
        }
        if (request.carrier() != null) {
            rules.oneOf("#/carrier", request.carrier(), "fedex", "ups");
        }
        if (request.deliveryPreference() != null) {
            rules.oneOf("#/delivery_preference", request.deliveryPreference(), "standard", "express");
        }
        return rules.errors;
    }

    static List<Error> errors(Dimensions dimensions, Weight weight) {
        var rules = new LabelRules();
        rules.dimensions(dimensions);
        rules.weight(weight);
        return rules.errors;
    }

    private void address(Address address) {
        if (address == null) {
            errors.add(new Error("#/destination", "is missing"));
            return;
        }
        text("#/destination/name", address.name(), LONGEST_TEXT);
        text("#/destination/address1", address.address1(), LONGEST_TEXT);
        optional("#/destination/address2", address.address2());
        text("#/destination/city", address.city(), LONGEST_TEXT);
        optional("#/destination/state", address.state());
        text("#/destination/zip", address.zip(), LONGEST_TEXT);
        if (address.country() == null || !COUNTRIES.contains(address.country())) {
            errors.add(new Error("#/destination/country", "must be an ISO 3166-1 alpha-2 code, such as US"));
        }
    }

    private void dimensions(Dimensions dimensions) {
        positive("#/package_dimensions/length", dimensions.length());
        positive("#/package_dimensions/width", dimensions.width());
        positive("#/package_dimensions/height", dimensions.height());
        oneOf("#/package_dimensions/unit", dimensions.unit(), "inches", "cm");
    }

    private void weight(Weight weight) {
        positive("#/weight/value", weight.value());
        oneOf("#/weight/unit", weight.unit(), "lbs", "kg");
    }

    private void positive(String pointer, BigDecimal value) {
        if (value == null || value.signum() <= 0 || value.compareTo(LARGEST) > 0 || value.scale() > 6) {
            errors.add(new Error(pointer, "must be more than 0, up to 100,000, with up to 6 decimals"));
        }
    }

    private void oneOf(String pointer, String value, String one, String other) {
        if (!one.equals(value) && !other.equals(value)) {
            errors.add(new Error(pointer, "must be " + one + " or " + other));
        }
    }

    private void optional(String pointer, String value) {
        if (value != null && !value.isEmpty()) {
            text(pointer, value, LONGEST_TEXT);
        }
    }

    private void text(String pointer, String value, int longest) {
        var flaw = value == null ? "is missing" : Text.flaw(value, longest);
        if (flaw != null) {
            errors.add(new Error(pointer, flaw));
        }
    }
}
