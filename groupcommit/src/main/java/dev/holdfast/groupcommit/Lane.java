package dev.holdfast.groupcommit;

import dev.holdfast.groupcommit.Answer.NotCommitted;
import dev.holdfast.groupcommit.Answer.Unclear;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread of a lane: take what has queued up, commit it, again. Batches form by themselves while the one before
/// is being committed; nothing waits for a batch to fill.
final class Lane<Q, R> implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Intake<Q, R> intake;
    private final LaneSession session;
    private final BatchRun<Q, R> batchRun;
    private final Observer observer;
    private final Stop stop = new Stop();
    private final BatchSize batchSize;

    /// What the lane holds outside the queue, for whoever has to answer in its place.
    private volatile List<Ticket<Q, R>> inHand = List.of();

    private volatile Throwable trouble;

    Lane(DataSource dataSource, GroupCommitSettings settings, BatchWork<Q, R> work, Intake<Q, R> intake) {
        var commitDeadlineNanos = Patience.nanos(settings.commitDeadline());
        this.intake = intake;
        this.batchSize = new BatchSize(settings.maxBatch());
        this.observer = new Observer(settings);
        this.session = new LaneSession(dataSource, settings.name(), commitDeadlineNanos, stop);
        var transaction = new Transaction<>(session, work);
        this.batchRun = new BatchRun<>(transaction, batchSize, observer, stop, commitDeadlineNanos);
    }

    /// Why the lane cannot reach its database now; null when it can.
    Throwable trouble() {
        return trouble;
    }

    @Override
    public void run() {
        try {
            while (round()) {
                // A batch function may have left the interrupt flag set; it means nothing to the lane.
                Thread.interrupted();
            }
        } finally {
            session.close();
            answerQueued();
        }
    }

    /// Ends the lane at once: no further batch is begun, the one at work is cut off.
    void stopNow() {
        stop.request();
        session.abort();
        answerQueued();
    }

    /// What the lane has in hand now.
    void forEach(Consumer<Ticket<Q, R>> look) {
        inHand.forEach(look);
    }

    /// Answers everybody in place of a lane that does not come back from its batch function. That may still commit.
    void answerAll() {
        answerQueued();
        var unclear = new Unclear<R>("the lane was closed while its batch did not end; nobody knows", null);
        inHand.forEach(ticket -> ticket.answer(unclear));
    }

    /// @return false when the lane is done
    private boolean round() {
        Ticket<Q, R> first;
        try {
            first = intake.first();
        } catch (InterruptedException e) {
            return true;
        }
        if (first == null || stop.isRequested()) {
            inHand = first == null ? List.of() : List.of(first);
            answerQueued();
            return false;
        }
        try {
            first = whenConnected(first);
            if (first != null) {
                var batch = intake.batch(first, batchSize.allowed());
                inHand = batch;
                batchRun.run(batch);
            }
        } catch (Throwable e) {
            // Not the batch function's: that is dealt with where it is called. The connection may be inside a
            // transaction; dropping it makes sure that nothing of it gets into the next.
            LOG.error("the lane failed; its batch is answered as unclear and the lane goes on", e);
            session.discard();
            var unclear = new Unclear<R>("the lane failed: " + e, e);
            inHand.forEach(ticket -> ticket.answer(unclear));
            var notRun = new NotCommitted<R>("the lane failed: " + e + "; there is no effect", e);
            inHand.forEach(ticket -> ticket.refuse(notRun));
        }
        inHand = List.of();
        return true;
    }

    /// Connects before anything is taken, however long it takes. Meanwhile requests remain their callers' to
    /// withdraw, and to be told for sure that there is no effect; a short absence of the database costs them a wait
    /// and no more.
    ///
    /// @return the first request that still waits, or null if nobody does or the lane must stop
    private Ticket<Q, R> whenConnected(Ticket<Q, R> first) {
        var pause = FIRST_PAUSE_NANOS;
        for (var waiting = first; waiting != null; waiting = waiting.isQueued() ? waiting : intake.poll()) {
            inHand = List.of(waiting);
            try {
                session.ready(Long.MAX_VALUE);
                trouble = null;
                return waiting;
            } catch (SQLException e) {
                trouble = e;
                observer.unreachable(intake.size() + 1, e);
            }
            if (!stop.pause(pause)) {
                answerQueued();
                return null;
            }
            pause = Math.min(LONGEST_PAUSE_NANOS, pause * 2);
        }
        return null;
    }

    private void answerQueued() {
        var refusal = new NotCommitted<R>("the lane is closed; there is no effect", trouble);
        inHand.forEach(ticket -> ticket.refuse(refusal));
        intake.refuseAll(refusal);
    }
}
