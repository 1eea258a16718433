package dev.holdfast.platform.events;

import java.time.Duration;
import java.time.Instant;

/// Told how events travel, for metrics and alerts. Called on the relays' and the upkeep's threads: must return at
/// once and must not throw.
public interface EventsListener {

    /// A listener that does nothing.
    EventsListener NONE = new EventsListener() {};

    /// Events have reached all consumers and are about to leave the outbox.
    ///
    /// @param took from having read them until the last consumer committed
    default void delivered(String source, int events, Duration took) {}

    /// The oldest event of a page that has reached all consumers.
    ///
    /// @param happenedAt as the event says, by the clock of whoever wrote it
    default void arrived(String source, Instant happenedAt) {}

    /// A consumer failed on an event. Its subject is held back and tried again.
    ///
    /// @param attempts so far, this one included
    /// @param stuck whether the event is now marked STUCK: a person should look
    default void failed(String source, String consumer, int attempts, boolean stuck) {}

    /// A page could not be delivered or the outbox not be read; it is tried again.
    default void interrupted(String source, Throwable cause) {}

    /// The backlog as measured now and then.
    ///
    /// @param pending undelivered events, the stuck ones included
    /// @param oldest age of the oldest of them by the database's clock, zero when there is none
    default void backlog(String source, long pending, long stuck, Duration oldest) {}
}
