package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import java.util.List;
import java.util.Map;

/// Where a relay takes events to.
public interface EventBus extends AutoCloseable {

    /// Prepares what the consumers need (their inboxes). Called before the first delivery, safe to repeat.
    void open();

    /// Delivers a page: events of one source, in order per subject. Returns when every consumer has durably taken
    /// what it could. At least once: after an exception, or when the caller dies, the same events come again.
    ///
    /// @return the subjects that are held up, each with the first event a consumer failed on; everything else of
    ///     the page is delivered
    /// @throws BusUnavailableException nothing can be said of the page: deliver it again later
    Map<String, Setback> publish(String source, List<Event> events) throws InterruptedException;

    @Override
    void close();

    /// A consumer could not handle an event, for a reason of the event's or of its own code's.
    ///
    /// @param sequence of the event; it and everything later of the subject is not delivered
    record Setback(long sequence, String consumer, String error) {

        /// The one that holds the subject up earlier.
        Setback earlier(Setback other) {
            return sequence <= other.sequence ? this : other;
        }
    }
}
