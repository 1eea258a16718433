package dev.holdfast.notification;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.events.Subscriptions;
import dev.holdfast.platform.remote.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Which events a customer hears of, and in what words.
///
/// OrderCreated and OrderReserved are left out: they are steps on the way, and the customer hears how it ended.
final class Letters {

    private static final List<String> CHANNELS = List.of("email");

    private record Words(String subject, String body) {}

    private Letters() {}

    static boolean tellsOf(String type) {
        return Subscriptions.of(Role.NOTIFICATION).contains(type);
    }

    /// One message per channel.
    static List<Message> about(Event event) {
        var data = Json.mapper().readTree(event.data());
        var order = text(data, "order_id").orElse(event.subject());
        var recipient = text(data, "user_id").orElse("guest");
        var words = words(event.type(), order, data);
        var messages = new ArrayList<Message>();
        for (var channel : CHANNELS) {
            messages.add(new Message(
                    Ids.next("msg_"),
                    event.id(),
                    order,
                    event.type(),
                    channel,
                    recipient,
                    words.subject(),
                    words.body()));
        }
        return messages;
    }

    private static Words words(String type, String order, JsonNode data) {
        return switch (type) {
            case "OrderConfirmed" ->
                new Words(
                        "Your order " + order + " is confirmed",
                        "Thank you. We have your payment" + total(data) + " and are getting your order ready.");
            case "OrderShipped" -> new Words("Your order " + order + " is on its way", "The carrier has your parcel.");
            case "OrderDelivered" ->
                new Words("Your order " + order + " was delivered", "We hope you like it. You can return it.");
            case "OrderCancelled" ->
                new Words(
                        "Your order " + order + " is cancelled",
                        "You owe nothing for it. What was charged already comes back to you.");
            case "OrderRefundPending" ->
                new Words("We have your return of order " + order, "Your money is on its way back.");
            case "OrderRefunded" -> new Words("Order " + order + " is refunded", "Your money was sent back.");
            case "CheckoutFailed" ->
                new Words(
                        "Your order " + order + " could not be placed",
                        "You were not charged, and your cart is as it was." + because(data));
            case "InventoryFailed" ->
                new Words(
                        "Out of stock: your order " + order,
                        "Not enough is left of " + missing(data) + ". You were not charged.");
            case "PaymentFailed" ->
                new Words(
                        "Your payment for order " + order + " failed",
                        "You were not charged. Please try another payment method.");
            default -> throw new IllegalArgumentException("there are no words for " + type);
        };
    }

    private static String total(JsonNode data) {
        return text(data, "total").map(total -> " of " + total).orElse("");
    }

    private static String because(JsonNode data) {
        return text(data, "message").map(message -> " " + message).orElse("");
    }

    private static String missing(JsonNode data) {
        var products = new ArrayList<String>();
        for (var item : data.path("items")) {
            text(item, "product_id").ifPresent(products::add);
        }
        return products.isEmpty() ? "what you ordered" : String.join(", ", products);
    }

    private static Optional<String> text(JsonNode data, String name) {
        var value = data.path(name);
        return value.isValueNode() && !value.isNull() ? Optional.of(value.asString()) : Optional.empty();
    }
}
