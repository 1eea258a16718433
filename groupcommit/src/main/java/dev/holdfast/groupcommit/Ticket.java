package dev.holdfast.groupcommit;

import dev.holdfast.groupcommit.TicketState.Stage;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/// One request on its way through a lane. The caller waits on it, the lane takes and answers it, and every step is
/// one compare-and-set of `state`: whether a request was withdrawn or taken is decided here and nowhere else, so of
/// a withdrawn request nothing stays: it was not taken, or given back after its transactions were rolled back.
///
/// A withdrawn ticket stays in the queue until the lane passes it: removing it there would be a search.
///
/// @param <Q> the request
/// @param <R> its result
final class Ticket<Q, R> {

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<Ticket, TicketState> STATE =
            AtomicReferenceFieldUpdater.newUpdater(Ticket.class, TicketState.class, "state");

    private final Q request;
    private final Thread caller;
    private final long queuedAtNanos;
    private final long patienceNanos;
    /// The caller is woken when its patience is used up: it need not wait with a timer.
    private final boolean watched;
    private volatile TicketState state = Stage.QUEUED;

    /// @param patienceNanos how long the caller waits from now on; the thread that calls this is the caller
    Ticket(Q request, long patienceNanos) {
        this.request = request;
        this.caller = Thread.currentThread();
        this.queuedAtNanos = System.nanoTime();
        this.patienceNanos = patienceNanos;
        this.watched = patienceNanos >= PatienceWatch.WATCHED_FROM.toNanos();
    }

    Q request() {
        return request;
    }

    /// How long the caller has waited at `now`.
    long waitedNanos(long now) {
        return now - queuedAtNanos;
    }

    /// How much of the caller's patience is left at `now`; 0 or less when it is used up.
    long patienceLeftNanos(long now) {
        return patienceNanos - waitedNanos(now);
    }

    /// Parks the caller until the lane has answered, its patience is used up or it is interrupted.
    ///
    /// @return whether there is an answer
    boolean await() {
        while (!isAnswered()) {
            var left = patienceLeftNanos(System.nanoTime());
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            if (watched) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, left);
            }
        }
        return true;
    }

    /// Wakes the caller if its patience is used up at `now` and there is no answer.
    void wakeAfterPatience(long now) {
        if (watched && !isAnswered() && patienceLeftNanos(now) <= 0) {
            LockSupport.unpark(caller);
        }
    }

    /// The answer, once there is one.
    @SuppressWarnings("unchecked")
    Answer<R> answer() {
        return (Answer<R>) state;
    }

    /// The caller's side: take the request back, if the lane has not taken it.
    boolean withdraw() {
        return STATE.compareAndSet(this, Stage.QUEUED, Stage.WITHDRAWN);
    }

    /// The caller's side: stop waiting for a request the lane has taken, if it is not answered.
    boolean abandon() {
        return STATE.compareAndSet(this, Stage.TAKEN, Stage.ABANDONED);
    }

    boolean isQueued() {
        return state == Stage.QUEUED;
    }

    boolean isAnswered() {
        return state instanceof Answer<?>;
    }

    /// Whether somebody still waits for what the lane has taken.
    boolean isTaken() {
        return state == Stage.TAKEN;
    }

    /// The lane's side: from now on the request may be run.
    boolean take() {
        return STATE.compareAndSet(this, Stage.QUEUED, Stage.TAKEN);
    }

    /// The lane's side: a request it has taken is the caller's to withdraw again. Only where every transaction it
    /// was in has surely been rolled back.
    void giveBack() {
        STATE.compareAndSet(this, Stage.TAKEN, Stage.QUEUED);
    }

    /// The lane's side: answer a request that is not taken.
    void refuse(Answer<R> refusal) {
        answer(Stage.QUEUED, refusal);
    }

    /// The lane's side: answer a request it has taken. The first answer counts; an abandoned one gets none.
    void answer(Answer<R> answer) {
        answer(Stage.TAKEN, answer);
    }

    private void answer(Stage from, Answer<R> answer) {
        if (STATE.compareAndSet(this, from, answer)) {
            LockSupport.unpark(caller);
        }
    }
}
