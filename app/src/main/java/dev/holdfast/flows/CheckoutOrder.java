package dev.holdfast.flows;

import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Money;
import java.util.List;

/// What a checkout carries from its acceptance to its end: the order as the customer agreed to it. Nothing in it
/// changes.
///
/// @param orderId also the reservation's id: one id ties the reservation, the charge, the label and the order
/// @param cartId the cart it came from, frozen meanwhile
/// @param userId null for a guest
/// @param lines priced and validated; a product may stand on several
/// @param total the sum of the lines
/// @param paymentMethodIds one or more, tried in order
/// @param deliveryPreference `standard` or `express`
public record CheckoutOrder(
        String orderId,
        String cartId,
        String userId,
        List<OrderLine> lines,
        Money total,
        Address shippingAddress,
        List<String> paymentMethodIds,
        String deliveryPreference) {}
