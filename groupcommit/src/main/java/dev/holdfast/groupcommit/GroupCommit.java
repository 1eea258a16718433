package dev.holdfast.groupcommit;

import dev.holdfast.groupcommit.Answer.NotCommitted;
import dev.holdfast.groupcommit.Answer.Unclear;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/// Many callers, one transaction.
///
/// A durable write costs a flush to disk and a round trip, whoever asks for it. Callers, virtual threads by the
/// thousand, submit a request and wait. The lane takes everything that queued up while its previous batch was being
/// committed, runs it as one transaction of set-based SQL ([BatchWork]), commits, and answers each caller with its
/// own result. There is no timer: an idle lane takes a single request at once.
///
/// A result means committed. An exception says what the caller can rely on; see [#submit(Object, Duration)].
///
/// Safe for use by many threads.
///
/// @param <Q> a request
/// @param <R> its result
public final class GroupCommit<Q, R> implements AutoCloseable {

    /// What a lane is given to come back after its connection was cut off: the time to notice, not to work.
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final GroupCommitSettings settings;
    private final Intake<Q, R> intake;
    private final Lane<Q, R> lane;
    private final Thread thread;
    private final Thread watch;

    private GroupCommit(DataSource dataSource, GroupCommitSettings settings, BatchWork<Q, R> work) {
        this.settings = settings;
        this.intake = new Intake<>(settings.maxQueued());
        this.lane = new Lane<>(dataSource, settings, work, intake);
        this.thread =
                Thread.ofPlatform().name("lane-" + settings.name()).daemon().start(lane);
        this.watch = Thread.ofVirtual()
                .name("patience-" + settings.name())
                .start(new PatienceWatch<Q, R>(thread, look -> {
                    intake.forEach(look);
                    lane.forEach(look);
                }));
    }

    /// Opens a lane. It takes one connection of its own from `dataSource`, on first use, and keeps it; a broken one
    /// is replaced. So the database need not be there yet.
    public static <Q, R> GroupCommit<Q, R> open(
            DataSource dataSource, GroupCommitSettings settings, BatchWork<Q, R> work) {
        return new GroupCommit<>(
                Objects.requireNonNull(dataSource, "dataSource"),
                Objects.requireNonNull(settings, "settings"),
                Objects.requireNonNull(work, "work"));
    }

    /// Submits a request and waits, with the settings' patience.
    public R submit(Q request) {
        return submit(request, settings.patience());
    }

    /// Submits a request and waits for its result. An interrupted caller stops waiting as if its patience were used
    /// up, and its interrupt flag stays set.
    ///
    /// @throws OverloadedException the queue is full or the lane closed; nothing was recorded
    /// @throws NotCommittedException surely no effect: rolled back, or withdrawn because the patience ended in the
    ///     queue
    /// @throws RejectedRequestException the database refused this request's data
    /// @throws UnclearCommitException the effect may exist: the patience ended while the lane was at it, or an
    ///     answer to COMMIT was lost and could not be found out
    public R submit(Q request, Duration patience) {
        Objects.requireNonNull(request, "request");
        if (!patience.isPositive()) {
            throw new IllegalArgumentException("patience must be positive, not " + patience);
        }
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("lane " + settings.name() + " would wait for itself");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new NotCommittedException(
                    settings.name(), "the caller is interrupted; nothing was queued", new InterruptedException());
        }
        var ticket = new Ticket<Q, R>(request, Patience.nanos(patience));
        if (!intake.offer(ticket)) {
            throw new OverloadedException(
                    settings.name(),
                    intake.isClosed()
                            ? "lane " + settings.name() + " is closed; nothing was recorded"
                            : "lane " + settings.name() + " has " + settings.maxQueued()
                                    + " requests queued and takes no more for now; nothing was recorded");
        }
        return await(ticket).resultOrThrow(settings.name());
    }

    /// Requests in the queue, those included whose callers have left and which the lane has not passed yet.
    public int queued() {
        return intake.size();
    }

    /// Takes no more requests, commits what is queued for as long as the settings' patience, answers whoever is
    /// left ([NotCommittedException], or [UnclearCommitException] for a batch cut off in COMMIT), and closes the
    /// connection. Returns when everybody is answered. Called out of the batch function or a listener, it returns
    /// at once.
    @Override
    public void close() {
        intake.close();
        if (Thread.currentThread() == thread) {
            return;
        }
        var interrupted = false;
        try {
            thread.join(settings.patience());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        lane.stopNow();
        var graceEnds = System.nanoTime() + GRACE.toNanos();
        while (thread.isAlive() && graceEnds - System.nanoTime() > 0) {
            try {
                thread.join(Duration.ofNanos(graceEnds - System.nanoTime()));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        lane.answerAll();
        watch.interrupt();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer<R> await(Ticket<Q, R> ticket) {
        if (ticket.await()) {
            return ticket.answer();
        }
        var reason = Thread.currentThread().isInterrupted()
                ? new InterruptedException("the caller was interrupted")
                : new TimeoutException("the caller's patience ended");
        // Each step misses where the lane takes the request or gives it back at that moment. That it does so again
        // and again is impossible: between the two it runs a transaction.
        while (!ticket.isAnswered()) {
            if (ticket.withdraw()) {
                return withdrawn(reason);
            }
            if (ticket.abandon()) {
                return new Unclear<>(
                        reason.getMessage() + " while the lane was at it; send the request again under the same key",
                        reason);
            }
        }
        return ticket.answer();
    }

    private NotCommitted<R> withdrawn(Exception reason) {
        var trouble = lane.trouble();
        return trouble == null
                ? new NotCommitted<>(
                        "withdrawn from the queue: " + reason.getMessage() + "; there is no effect", reason)
                : new NotCommitted<>(
                        "withdrawn from the queue of a lane without its database: " + trouble.getMessage(), trouble);
    }
}
