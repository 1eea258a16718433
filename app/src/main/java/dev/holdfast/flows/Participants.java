package dev.holdfast.flows;

import dev.holdfast.cart.CartApi;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.orders.OrdersApi;
import dev.holdfast.payment.PaymentApi;
import dev.holdfast.shipping.ShippingApi;
import java.time.Clock;
import java.time.Duration;

/// The services a flow calls.
///
/// @param holdTtl by how much a hold is extended while payment is retried; as long as the hold itself lives
public record Participants(
        InventoryApi inventory,
        PaymentApi payment,
        OrdersApi orders,
        ShippingApi shipping,
        CartApi carts,
        Clock clock,
        Duration holdTtl) {}
