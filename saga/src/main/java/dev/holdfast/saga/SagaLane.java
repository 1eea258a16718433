package dev.holdfast.saga;

import dev.holdfast.groupcommit.BatchListener;
import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.groupcommit.GroupCommitSettings;
import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.saga.Command.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The engine's one way to its tables for writing.
final class SagaLane implements SagaLog, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SagaLane.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final NodeId node;
    private final Membership membership;
    private final GroupCommit<Command, Result> lane;
    private volatile boolean draining;
    private volatile boolean closed;
    private volatile boolean fenced;

    /// @param membership of this node, told once when it is fenced off, on whatever thread finds out first
    SagaLane(DataSource dataSource, Membership membership, SagaSettings engine, BatchListener batches) {
        this.node = membership.node();
        this.membership = membership;
        // Twice: every saga in flight has one command under way at most, and starts come on top.
        var settings = GroupCommitSettings.named("saga-" + node)
                .withMaxQueued(Math.max(1_000, 2 * engine.maxInFlight()))
                .withListener(batches);
        this.lane = GroupCommit.open(dataSource, settings, new SagaBatch(node, engine.lease()));
    }

    /// Retried until it is recorded: a saga never loses its place because the database was away. An append that may
    /// be committed already is found to be by the batch.
    @Override
    public long append(Command.Append append) {
        var pause = FIRST_PAUSE;
        for (int failures = 1; ; failures++) {
            mustBeOpen();
            try {
                return sessionOf(append, submit(append));
            } catch (RejectedRequestException e) {
                LOG.error("defect: the database refuses rows of the log of {}; it stops here", append.sagaId(), e);
                throw new StoppedException("its log cannot be written");
            } catch (GroupCommitException e) {
                LOG.warn("the log of {} is not written yet, failure {}: {}", append.sagaId(), failures, e.getMessage());
                sleep(pause);
                pause = longer(pause);
            }
        }
    }

    /// Retried like an append. Run twice it says the same; what comes after it, a signal that picks the saga up, is
    /// only then acted upon when this is durable, because until then the saga counts as running.
    @Override
    public void putDown(String sagaId, Instant until) {
        var pause = FIRST_PAUSE;
        while (true) {
            mustBeOpen();
            try {
                submit(new Command.PutDown(sagaId, until));
                return;
            } catch (GroupCommitException e) {
                LOG.warn("saga {} cannot be put down yet: {}", sagaId, e.getMessage());
                sleep(pause);
                pause = longer(pause);
            }
        }
    }

    /// @return those of them that were put down, and are not any more
    List<String> pickUp(List<String> sagaIds) {
        return switch (submit(new Command.PickUp(sagaIds))) {
            case Result.PickedUp(var pickedUp) -> pickedUp;
            case Result.Recorded _, Result.Answered _, Result.Sent _, Result.Conflict _, Result.Fenced _ ->
                throw new AssertionError("no answer to picking up");
        };
    }

    private static Duration longer(Duration pause) {
        var longer = pause.multipliedBy(2);
        return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    @Override
    public boolean stopped() {
        return draining || closed || fenced;
    }

    /// @throws GroupCommitException as the lane says; [NotCommittedException] when this node is fenced off
    Result submit(Command command) {
        var result = lane.submit(command);
        if (result instanceof Result.Fenced) {
            fenced();
            throw new NotCommittedException(
                    "saga-" + node, "node " + node + " was fenced off: another node has its sagas", null);
        }
        return result;
    }

    /// From now on no saga begins an attempt. Each stops when those are over that it has begun.
    void drain() {
        draining = true;
    }

    @Override
    public void close() {
        closed = true;
        lane.close();
    }

    private static long sessionOf(Command.Append append, Result result) {
        return switch (result) {
            case Result.Recorded(var session) -> session;
            case Result.Conflict _ -> {
                LOG.error(
                        "the log of {} is not what its run believes: another has written it, or the database has lost"
                                + " what it committed (is synchronous_commit off?). It is read again; not recorded: {}",
                        append.sagaId(),
                        append.entries());
                throw new StoppedException("its log is another one", true);
            }
            case Result.Answered _, Result.Sent _, Result.PickedUp _, Result.Fenced _ ->
                throw new AssertionError("no answer to an append: " + result);
        };
    }

    private void mustBeOpen() {
        if (closed || fenced) {
            throw new StoppedException("node " + node + " is " + (fenced ? "fenced off" : "closed"));
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new StoppedException("interrupted before its log was written");
        }
    }

    private void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Nothing is begun any more. Called by whoever learns that this node's row is gone, the batch or the beat.
    void fenced() {
        synchronized (this) {
            if (fenced) {
                return;
            }
            fenced = true;
        }
        LOG.error("node {} was fenced off: another node has taken its sagas over; it stops", node);
        membership.stopActing();
    }
}
