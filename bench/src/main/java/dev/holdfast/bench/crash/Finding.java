package dev.holdfast.bench.crash;

/// A broken invariant.
///
/// @param orderId the order it is about, null when it is not about one
record Finding(String invariant, String what, String orderId) {}
