package dev.holdfast.groupcommit;

import dev.holdfast.groupcommit.Answer.NotCommitted;
import dev.holdfast.groupcommit.Answer.Rejected;
import dev.holdfast.groupcommit.Answer.Unclear;
import dev.holdfast.groupcommit.Outcome.Done;
import dev.holdfast.groupcommit.Outcome.Lost;
import dev.holdfast.groupcommit.Outcome.RolledBack;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The rules by which a batch gets its answers: what is tried again, what is split, who is told what.
///
/// A batch is a stack of parts, the earliest requests on top. Each part is one transaction; it leaves the stack
/// when every request of it is answered. So requests take effect in the order they came, also when a batch is
/// split.
///
/// Used by the lane's thread alone.
final class BatchRun<Q, R> {

    /// More than that, and the other side of the contention does not let go.
    private static final int MOST_TRIES = 10;

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Transaction<Q, R> transaction;
    private final BatchSize batchSize;
    private final Observer observer;
    private final Stop stop;
    private final long commitDeadlineNanos;

    /// @param commitDeadlineNanos how long to find out about a lost COMMIT
    BatchRun(
            Transaction<Q, R> transaction,
            BatchSize batchSize,
            Observer observer,
            Stop stop,
            long commitDeadlineNanos) {
        this.transaction = transaction;
        this.batchSize = batchSize;
        this.observer = observer;
        this.stop = stop;
        this.commitDeadlineNanos = commitDeadlineNanos;
    }

    /// Answers every one of these taken tickets.
    void run(List<Ticket<Q, R>> batch) {
        var parts = new ArrayDeque<Part<Q, R>>();
        parts.push(Part.of(batch));
        while (!parts.isEmpty()) {
            var part = parts.pop();
            if (part.size() > batchSize.allowed()) {
                split(part, parts);
                continue;
            }
            var taken = part.maybeCommitted() ? part : part.taken();
            if (taken.size() > 0) {
                step(taken, parts);
            }
        }
    }

    private void step(Part<Q, R> part, Deque<Part<Q, R>> parts) {
        var begin = System.nanoTime();
        var connectNanos = part.maybeCommitted() ? part.clarifyBy() - begin : Long.MAX_VALUE;
        var outcome = transaction.run(part, connectNanos);
        var now = System.nanoTime();
        switch (outcome) {
            case Done<R> done -> {
                batchSize.committed(part.size(), done.workNanos() + done.commitNanos(), now);
                var tickets = part.tickets();
                for (int i = 0; i < tickets.size(); i++) {
                    tickets.get(i).answer(done.answers().get(i));
                }
                var longestWait = tickets.getFirst().waitedNanos(begin);
                observer.committed(part.size(), longestWait, done.workNanos(), done.commitNanos());
            }
            case Lost<R>(var cause) -> {
                observer.commitLost(part.size(), cause);
                var lost = part.lost(now + commitDeadlineNanos);
                if (Fault.of(cause) == Fault.TIMEOUT) {
                    batchSize.tookTooLong(part.size(), now - begin, now);
                    clarifyInHalves(lost, cause, parts);
                } else {
                    clarify(lost, cause, parts);
                }
            }
            case RolledBack<R> rolledBack -> {
                observer.rolledBack(part.size(), rolledBack.cause(), rolledBack.fault());
                if (rolledBack.fault() == Fault.TIMEOUT) {
                    batchSize.tookTooLong(part.size(), now - begin, now);
                }
                if (part.maybeCommitted()) {
                    notClarified(part, rolledBack, parts);
                } else {
                    rolledBack(part, rolledBack, parts);
                }
            }
        }
    }

    /// No transaction with these was ever sent a COMMIT that may have worked: they surely have no effect so far.
    private void rolledBack(Part<Q, R> part, RolledBack<R> how, Deque<Part<Q, R>> parts) {
        var cause = how.cause();
        switch (how.fault()) {
            case DATA -> {
                if (part.size() == 1) {
                    part.tickets()
                            .getFirst()
                            .answer(new Rejected<>(
                                    "the database refuses this request's data (" + cause.getMessage()
                                            + "); it has no effect, and unchanged it will be refused again",
                                    cause));
                } else {
                    split(part, parts);
                }
            }
            case TIMEOUT -> {
                if (part.size() == 1) {
                    tookTooLongAlone(part.tickets().getFirst(), cause);
                } else {
                    split(part, parts);
                }
            }
            case CONTENTION -> later(part, cause, parts);
            case STALE_PLAN -> {
                // Prepared anew, once: 0A000 also stands for what PostgreSQL cannot do at all.
                if (part.tries() == 0) {
                    parts.push(part.again());
                } else {
                    notCommitted(part.tickets(), cause);
                }
            }
            case UNAVAILABLE, DEFECT -> notCommitted(part.tickets(), cause);
        }
    }

    /// An earlier transaction with these may be committed, so this rollback is no answer. If it was committed, the
    /// batch function finds its claims and gets through; so trying again ends it either way.
    private void notClarified(Part<Q, R> part, RolledBack<R> how, Deque<Part<Q, R>> parts) {
        switch (how.fault()) {
            case DATA -> {
                if (part.size() == 1) {
                    unclear(part, how.cause());
                } else {
                    split(part, parts);
                }
            }
            case TIMEOUT -> clarifyInHalves(part, how.cause(), parts);
            case CONTENTION, STALE_PLAN, UNAVAILABLE -> clarify(part, how.cause(), parts);
            case DEFECT -> unclear(part, how.cause());
        }
    }

    private void clarify(Part<Q, R> part, Throwable cause, Deque<Part<Q, R>> parts) {
        var pause = pauseAfter(part.tries());
        if (part.clarifyBy() - System.nanoTime() > pause && stop.pause(pause)) {
            parts.push(part.again());
        } else {
            unclear(part, cause);
        }
    }

    /// As a whole it would take too long the next time too.
    private void clarifyInHalves(Part<Q, R> part, Throwable cause, Deque<Part<Q, R>> parts) {
        if (part.size() > 1 && part.clarifyBy() - System.nanoTime() > 0) {
            split(part, parts);
        } else {
            clarify(part, cause, parts);
        }
    }

    /// Tries again after a pause. Who could not wait for that is told now, while it is certain that nothing
    /// happened: a caller whose patience ends during a try has to be told that nobody knows.
    private void later(Part<Q, R> part, Throwable cause, Deque<Part<Q, R>> parts) {
        var pause = pauseAfter(part.tries());
        if (part.tries() + 1 >= MOST_TRIES) {
            notCommitted(part.tickets(), cause);
            return;
        }
        var now = System.nanoTime();
        var impatient = new ArrayList<Ticket<Q, R>>();
        for (var ticket : part.tickets()) {
            if (ticket.patienceLeftNanos(now) <= pause) {
                impatient.add(ticket);
            }
        }
        notCommitted(impatient, cause);
        if (stop.pause(pause)) {
            parts.push(part.again());
        } else {
            notCommitted(part.tickets(), cause);
        }
    }

    private void split(Part<Q, R> part, Deque<Part<Q, R>> parts) {
        var later = part.secondHalf();
        later.giveBack();
        parts.push(later);
        parts.push(part.firstHalf());
    }

    private void notCommitted(List<Ticket<Q, R>> tickets, Throwable cause) {
        var answer = new NotCommitted<R>(
                "rolled back: " + cause.getMessage() + "; there is no effect, the request may be sent again", cause);
        tickets.forEach(ticket -> ticket.answer(answer));
    }

    private void tookTooLongAlone(Ticket<Q, R> ticket, Throwable cause) {
        ticket.answer(new NotCommitted<>(
                "this request alone took longer than the server allows (" + cause.getMessage()
                        + "); it is rolled back and has no effect, and sent again it may well take as long",
                cause));
    }

    private void unclear(Part<Q, R> part, Throwable cause) {
        var answer = new Unclear<R>(
                "the answer to COMMIT was lost and could not be found out (" + cause.getMessage()
                        + "); send the request again under the same key",
                cause);
        part.tickets().forEach(ticket -> ticket.answer(answer));
    }

    private static long pauseAfter(int tries) {
        return Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(tries, 10));
    }
}
