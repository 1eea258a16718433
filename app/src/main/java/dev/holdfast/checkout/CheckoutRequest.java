package dev.holdfast.checkout;

import dev.holdfast.platform.Address;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// `POST /v1/checkout`.
///
/// @param userId null for a guest
/// @param paymentMethodId with `paymentMethodIds` behind it as fallbacks; both missing: the customer's own
/// @param expectedTotal what the customer has agreed to pay, null when the cart is taken as it was shown
record CheckoutRequest(
        String userId,
        String cartId,
        String paymentMethodId,
        List<String> paymentMethodIds,
        String orderId,
        Address shippingAddress,
        String deliveryPreference,
        String fulfilment,
        String flow,
        Money expectedTotal) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:\\-]{1,64}");
    private static final int MOST_PAYMENT_METHODS = 10;
    private static final int LONGEST_ADDRESS_LINE = 200;

    /// @throws ProblemException 400, naming the field
    void validate() {
        id("#/cart_id", cartId, true);
        id("#/order_id", orderId, false);
        id("#/user_id", userId, false);
        oneOf("#/delivery_preference", deliveryPreference, Set.of("standard", "express"));
        oneOf("#/fulfilment", fulfilment, Set.of("all-or-nothing"));
        if (methods().size() > MOST_PAYMENT_METHODS) {
            throw ProblemException.invalid("#/payment_method_ids", "must be at most " + MOST_PAYMENT_METHODS);
        }
        methods().forEach(method -> text("#/payment_method_ids", method, 255));
        if (shippingAddress != null) {
            validate(shippingAddress);
        }
    }

    /// The payment methods named, in the order they are to be tried.
    List<String> methods() {
        var methods = new ArrayList<String>();
        if (paymentMethodId != null) {
            methods.add(paymentMethodId);
        }
        if (paymentMethodIds != null) {
            methods.addAll(paymentMethodIds);
        }
        return methods;
    }

    private static void validate(Address address) {
        text("#/shipping_address/name", address.name(), LONGEST_ADDRESS_LINE);
        text("#/shipping_address/address1", address.address1(), LONGEST_ADDRESS_LINE);
        text("#/shipping_address/city", address.city(), LONGEST_ADDRESS_LINE);
        text("#/shipping_address/zip", address.zip(), 20);
        if (address.address2() != null) {
            text("#/shipping_address/address2", address.address2(), LONGEST_ADDRESS_LINE);
        }
        if (address.state() != null) {
            text("#/shipping_address/state", address.state(), LONGEST_ADDRESS_LINE);
        }
        if (address.country() == null || !address.country().matches("[A-Z]{2}")) {
            throw ProblemException.invalid(
                    "#/shipping_address/country", "must be an ISO 3166-1 alpha-2 code such as US");
        }
    }

    private static void id(String pointer, String value, boolean required) {
        if (value == null && !required) {
            return;
        }
        if (value == null || !ID.matcher(value).matches()) {
            throw ProblemException.invalid(pointer, "must be 1 to 64 letters, digits, '.', '_', ':' or '-'");
        }
    }

    private static void text(String pointer, String value, int longest) {
        if (value == null || value.isBlank()) {
            throw ProblemException.invalid(pointer, "must not be empty");
        }
        if (value.length() > longest || value.chars().anyMatch(Character::isISOControl)) {
            throw ProblemException.invalid(pointer, "must be at most " + longest + " characters, none of them control");
        }
    }

    private static void oneOf(String pointer, String value, Set<String> allowed) {
        if (value != null && !allowed.contains(value)) {
            throw ProblemException.invalid(
                    pointer, "must be one of " + allowed.stream().sorted().toList());
        }
    }
}
