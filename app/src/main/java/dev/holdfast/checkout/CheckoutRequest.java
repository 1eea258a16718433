package dev.holdfast.checkout;

import dev.holdfast.platform.Address;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
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

    /// Narrower than other ids: providers and carriers get it as their reference, and carriers print it.
    private static final Pattern ORDER_ID = Pattern.compile("[A-Za-z0-9._:\\-]{1,64}");
    private static final int MOST_PAYMENT_METHODS = 10;
    private static final int LONGEST_METHOD = 255;

    /// @throws ProblemException 400, naming the field
    void validate() {
        Text.id("#/cart_id", cartId);
        if (orderId != null && !ORDER_ID.matcher(orderId).matches()) {
            throw ProblemException.invalid("#/order_id", "must be 1 to 64 letters, digits, '.', '_', ':' or '-'");
        }
        if (userId != null) {
            Text.id("#/user_id", userId);
        }
        oneOf("#/delivery_preference", deliveryPreference, Set.of("standard", "express"));
        oneOf("#/fulfilment", fulfilment, Set.of("all-or-nothing"));
        if (methods().size() > MOST_PAYMENT_METHODS) {
            throw ProblemException.invalid(
                    "#/payment_method_ids", "must be at most " + MOST_PAYMENT_METHODS + ", payment_method_id included");
        }
        Text.optional("#/payment_method_id", paymentMethodId, LONGEST_METHOD);
        for (int i = 0; paymentMethodIds != null && i < paymentMethodIds.size(); i++) {
            Text.required("#/payment_method_ids/" + i, paymentMethodIds.get(i), LONGEST_METHOD);
        }
        if (shippingAddress != null) {
            shippingAddress.check("#/shipping_address");
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

    private static void oneOf(String pointer, String value, Set<String> allowed) {
        if (value != null && !allowed.contains(value)) {
            throw ProblemException.invalid(
                    pointer, "must be one of " + allowed.stream().sorted().toList());
        }
    }
}
