package dev.holdfast.notification;

/// What is told to one recipient over one channel because of one event.
///
/// @param channel `email`
/// @param recipient the customer's user id, or `guest`; the channel knows the address
record Message(
        String messageId,
        String eventId,
        String orderId,
        String eventType,
        String channel,
        String recipient,
        String subject,
        String body) {}
