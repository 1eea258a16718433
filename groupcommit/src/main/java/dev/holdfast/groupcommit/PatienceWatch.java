package dev.holdfast.groupcommit;

import java.time.Duration;
import java.util.function.Consumer;

/// Wakes callers whose patience is used up, so that nearly none of them needs a timer: a wait with a time limit is
/// entered into and taken out of a queue of timers, which costs more than the wait itself.
///
/// @param <Q> a request
/// @param <R> its result
final class PatienceWatch<Q, R> implements Runnable {

    /// How late a caller may be woken.
    private static final Duration EVERY = Duration.ofMillis(250);

    /// Whoever has less patience than this waits with a timer of its own: late by [#EVERY] would be late by much.
    static final Duration WATCHED_FROM = Duration.ofSeconds(2);

    private final Consumer<Consumer<Ticket<Q, R>>> waiting;

    /// @param waiting shows all tickets that somebody may wait on. A ticket that is just passed from one place to
    ///     the next may be missed: it is looked at again
    PatienceWatch(Consumer<Consumer<Ticket<Q, R>>> waiting) {
        this.waiting = waiting;
    }

    /// Until it is interrupted.
    @Override
    public void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                long now = System.nanoTime();
                waiting.accept(ticket -> ticket.wakeAfterPatience(now));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
