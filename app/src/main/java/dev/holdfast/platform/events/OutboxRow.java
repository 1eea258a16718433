package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import java.time.OffsetDateTime;

/// An undelivered event as a relay reads it.
///
/// @param writtenAt by the database's clock; says which partition the row is in
/// @param attempts deliveries that have failed so far
record OutboxRow(long id, OffsetDateTime writtenAt, int attempts, Event event) {}
