package dev.holdfast.groupcommit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;

/// The queue in front of a lane: any number of callers put in, one lane takes out, everything that is there at
/// once.
///
/// @param <Q> a request
/// @param <R> its result
final class Intake<Q, R> {

    private final ArrayBlockingQueue<Ticket<Q, R>> queue;
    private final Ticket<Q, R> wakeUp;
    private volatile boolean closed;

    Intake(int maxQueued) {
        queue = new ArrayBlockingQueue<>(maxQueued);
        wakeUp = new Ticket<>(null, 0);
        wakeUp.withdraw();
    }

    /// Queues a request.
    ///
    /// The lane's last look into the queue comes after `closed` is set. So a ticket put in before that is seen by
    /// the last look; one put in later sees `closed` here and takes itself back, unless the lane was quicker, and
    /// then it is answered like any other. Asking only before the put would leave a caller waiting for a lane that
    /// is gone.
    ///
    /// @return false if the queue is full or closed, and the request will surely not be run
    boolean offer(Ticket<Q, R> ticket) {
        if (closed || !queue.offer(ticket)) {
            return false;
        }
        return !closed || !ticket.withdraw();
    }

    /// Waits for a request somebody waits for. It is out of the queue and still the caller's to withdraw.
    ///
    /// @return null when closed and empty
    /// @throws InterruptedException if the lane's thread is interrupted while it waits
    Ticket<Q, R> first() throws InterruptedException {
        while (true) {
            var ticket = closed ? queue.poll() : queue.take();
            if (ticket == null || ticket.isQueued()) {
                return ticket;
            }
        }
    }

    /// The next request somebody waits for, without waiting for one; passes the withdrawn.
    ///
    /// @return null when there is none
    Ticket<Q, R> poll() {
        var ticket = queue.poll();
        while (ticket != null && !ticket.isQueued()) {
            ticket = queue.poll();
        }
        return ticket;
    }

    /// Takes `first` and whatever has queued up behind it, in the order it came.
    ///
    /// @return the requests taken, `max` at most; may be empty if everybody withdrew
    List<Ticket<Q, R>> batch(Ticket<Q, R> first, int max) {
        var batch = new ArrayList<Ticket<Q, R>>(Math.min(max, queue.size() + 1));
        if (first.take()) {
            batch.add(first);
        }
        var drained = new ArrayList<Ticket<Q, R>>();
        while (batch.size() < max && queue.drainTo(drained, max - batch.size()) > 0) {
            for (var ticket : drained) {
                if (ticket.take()) {
                    batch.add(ticket);
                }
            }
            drained.clear();
        }
        return batch;
    }

    /// Takes no more; what is queued stays for the lane.
    void close() {
        closed = true;
        // Wakes a lane that waits for a first request. Where the queue is full it does not wait.
        queue.offer(wakeUp);
    }

    /// Answers everybody who is still queued.
    void refuseAll(Answer<R> refusal) {
        for (var ticket = poll(); ticket != null; ticket = poll()) {
            ticket.refuse(refusal);
        }
    }

    /// Everything that is queued now.
    void forEach(Consumer<Ticket<Q, R>> look) {
        queue.forEach(look);
    }

    boolean isClosed() {
        return closed;
    }

    int size() {
        return queue.size();
    }
}
