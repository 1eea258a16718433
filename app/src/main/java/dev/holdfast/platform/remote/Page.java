package dev.holdfast.platform.remote;

/// A page of something that is walked in order.
///
/// @param after the key of the last one of the page before, or null
/// @param limit how many at most
public record Page(String after, int limit) {}
