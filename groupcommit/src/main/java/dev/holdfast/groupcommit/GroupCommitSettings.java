package dev.holdfast.groupcommit;

import java.time.Duration;
import java.util.Objects;

/// The settings of one lane.
///
/// @param name names the lane in metrics, errors, its thread and its connection's `application_name`
/// @param maxQueued requests that may wait at once; one more is refused with [OverloadedException]. 1 or more,
///     default 20,000. It bounds memory: a request withdrawn counts until the lane has passed it
/// @param maxBatch requests one transaction takes at most. 1 or more, default 500
/// @param patience how long a caller waits for its result unless it says otherwise, of 2 s or more up to 250 ms
///     longer; after it a request still queued is withdrawn ([NotCommittedException]), one already taken is
///     answered [UnclearCommitException]. Also how long [GroupCommit#close()] goes on committing what is queued.
///     Positive, default 10 s
/// @param commitDeadline how long a lane tries to find out what became of a lost COMMIT before its callers are told
///     [UnclearCommitException]; the lane serves nobody else meanwhile. Also how long a server may be silent while
///     it is waited for before the connection is taken for lost, so longer than the longest statement. Positive,
///     default 30 s
/// @param listener told about every batch
public record GroupCommitSettings(
        String name, int maxQueued, int maxBatch, Duration patience, Duration commitDeadline, BatchListener listener) {

    public GroupCommitSettings {
        Objects.requireNonNull(listener, "listener");
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("a lane needs a name, not '" + name + "'");
        }
        if (maxQueued < 1) {
            throw new IllegalArgumentException("maxQueued must be 1 or more, not " + maxQueued);
        }
        if (maxBatch < 1) {
            throw new IllegalArgumentException("maxBatch must be 1 or more, not " + maxBatch);
        }
        positive("patience", patience);
        positive("commitDeadline", commitDeadline);
    }

    /// The defaults under a name.
    public static GroupCommitSettings named(String name) {
        return new GroupCommitSettings(
                name, 20_000, 500, Duration.ofSeconds(10), Duration.ofSeconds(30), BatchListener.NONE);
    }

    public GroupCommitSettings withMaxQueued(int maxQueued) {
        return new GroupCommitSettings(name, maxQueued, maxBatch, patience, commitDeadline, listener);
    }

    public GroupCommitSettings withMaxBatch(int maxBatch) {
        return new GroupCommitSettings(name, maxQueued, maxBatch, patience, commitDeadline, listener);
    }

    public GroupCommitSettings withPatience(Duration patience) {
        return new GroupCommitSettings(name, maxQueued, maxBatch, patience, commitDeadline, listener);
    }

    public GroupCommitSettings withCommitDeadline(Duration commitDeadline) {
        return new GroupCommitSettings(name, maxQueued, maxBatch, patience, commitDeadline, listener);
    }

    public GroupCommitSettings withListener(BatchListener listener) {
        return new GroupCommitSettings(name, maxQueued, maxBatch, patience, commitDeadline, listener);
    }

    private static void positive(String setting, Duration value) {
        if (value == null || !value.isPositive()) {
            throw new IllegalArgumentException(setting + " must be positive, not " + value);
        }
    }
}
