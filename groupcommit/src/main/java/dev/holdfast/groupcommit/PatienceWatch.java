package dev.holdfast.groupcommit;

import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Wakes callers whose patience is used up, so that nearly none of them needs a timer: a wait with a time limit is
/// entered into and taken out of a queue of timers, which costs more than the wait itself.
///
/// @param <Q> a request
/// @param <R> its result
final class PatienceWatch<Q, R> implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(PatienceWatch.class);

    /// How late a caller may be woken.
    private static final Duration EVERY = Duration.ofMillis(250);

    /// Whoever has less patience than this waits with a timer of its own: late by [#EVERY] would be late by much.
    static final Duration WATCHED_FROM = Duration.ofSeconds(2);

    private final Thread lane;
    private final Consumer<Consumer<Ticket<Q, R>>> waiting;

    /// @param lane answers everybody before it ends
    /// @param waiting shows all tickets that somebody may wait on. A ticket that is just passed from one place to
    ///     the next may be missed: it is looked at again
    PatienceWatch(Thread lane, Consumer<Consumer<Ticket<Q, R>>> waiting) {
        this.lane = lane;
        this.waiting = waiting;
    }

    private void look() {
        try {
            long now = System.nanoTime();
            waiting.accept(ticket -> ticket.wakeAfterPatience(now));
        } catch (Throwable e) {
            // Every caller depends on this thread, so whatever fails ends one look and no more.
            LOG.error("cannot look for callers whose patience is used up, will do so again", e);
        }
    }

    /// As long as there is a lane, or until it is interrupted.
    @Override
    public void run() {
        try {
            while (lane.isAlive()) {
                Thread.sleep(EVERY);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
