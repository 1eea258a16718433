package dev.holdfast.platform;

import java.time.Instant;

/// A business event as it leaves a service through its outbox: a CloudEvents 1.0 event in the making.
///
/// @param id unique within the source; the same on every delivery
/// @param type the short name, `OrderConfirmed`
/// @param source the service as a URI path, `/orders`
/// @param subject the order id
/// @param partitionKey what keeps its order on a bus: the order id, for inventory events the product id
/// @param sequence 1, 2, 3 … per (source, subject), counted under the lock of the row the event is about
/// @param traceparent the W3C trace context of the change, or null
/// @param at when it happened
/// @param data the payload, a JSON object
public record Event(
        String id,
        String type,
        String source,
        String subject,
        String partitionKey,
        long sequence,
        String traceparent,
        Instant at,
        String data) {}
