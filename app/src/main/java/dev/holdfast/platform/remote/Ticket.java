package dev.holdfast.platform.remote;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/// A call that waits, to be sent and then for its answer. The caller and the sender decide by one compare-and-set
/// whether it left: what the caller withdrew is never sent, and what was taken to be sent counts as sent.
final class Ticket {

    private enum State {
        QUEUED,
        TAKEN,
        WITHDRAWN
    }

    private final byte[] call;
    private final long until;
    private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
    private final CompletableFuture<Heard> heard = new CompletableFuture<>();

    /// @param until the `System.nanoTime()` at which the caller leaves
    Ticket(byte[] call, long until) {
        this.call = call;
        this.until = until;
    }

    byte[] call() {
        return call;
    }

    long nanosLeft() {
        return until - System.nanoTime();
    }

    /// To be sent now.
    ///
    /// @return false: the caller has left, send nothing
    boolean take() {
        return state.compareAndSet(State.QUEUED, State.TAKEN);
    }

    /// Only what is said first counts: a line that arrived stands, whatever becomes of the rest.
    void say(Heard what) {
        heard.complete(what);
    }

    /// Waits until the caller's patience ends. An interrupted caller stops waiting as if it had ended, and its
    /// interrupt flag stays set.
    Heard await() {
        try {
            return heard.get(Math.max(0, nanosLeft()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return leave("the caller was interrupted");
        } catch (TimeoutException e) {
            return leave("no answer came in time");
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("a ticket is never told of a failure as one", e);
        }
    }

    private Heard leave(String why) {
        if (state.compareAndSet(State.QUEUED, State.WITHDRAWN)) {
            return new Heard.NotSent(why + ", while the call was still waiting to be sent");
        }
        return heard.getNow(new Heard.Lost(why));
    }
}
