package dev.holdfast.groupcommit;

import java.util.concurrent.TimeUnit;

/// How many requests a transaction may take now: as many as the settings allow, or fewer since one took longer than
/// the server allows.
///
/// Without that memory a backlog would form a batch of the same size every time, and all of them would be ended by
/// the server: the lane would work and nobody would be served. So the size is halved where a transaction was ended,
/// and doubled where one of the size allowed took a quarter of that time at most: twice as many requests then take
/// about half of it. A second's stall is forgotten with the next few batches; where requests really take so long,
/// the size stays where they fit instead of trying the limit again and again. Once a minute it is tried all the
/// same, because the last stall may have been measured wrongly; at worst that costs one transaction of a minute.
///
/// Used by the lane's thread alone.
final class BatchSize {

    private static final int ROOM = 4;
    private static final long TRY_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final int most;
    private int allowed;
    private long tooLongNanos;
    private long changedAt;

    /// @param most 1 or more
    BatchSize(int most) {
        this.most = most;
        this.allowed = most;
    }

    int allowed() {
        return allowed;
    }

    /// The server ended a transaction of so many requests after so long.
    void tookTooLong(int size, long nanos, long now) {
        allowed = Math.max(1, Math.min(allowed, size / 2));
        tooLongNanos = nanos;
        changedAt = now;
    }

    /// A transaction of so many requests was committed and took so long.
    void committed(int size, long nanos, long now) {
        if (allowed < most && size >= allowed && (nanos <= tooLongNanos / ROOM || now - changedAt > TRY_AGAIN_NANOS)) {
            allowed = allowed > most / 2 ? most : 2 * allowed;
            changedAt = now;
        }
    }
}
