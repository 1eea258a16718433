package dev.holdfast.platform.remote;

import tools.jackson.databind.JsonNode;

/// One call on its way, an HTTP request in small: a request with many of them has no headers for each.
///
/// @param idempotencyKey what the header `Idempotency-Key` would say; null where what is asked has no key
/// @param traceparent what the header of that name would say, or null
/// @param body what is asked
record Call(String operation, String idempotencyKey, String traceparent, JsonNode body) {}
