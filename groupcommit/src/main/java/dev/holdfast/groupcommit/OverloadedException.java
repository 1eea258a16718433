package dev.holdfast.groupcommit;

/// The lane's queue is full, or the lane is closed: nothing was recorded. Come back later.
public final class OverloadedException extends GroupCommitException {

    public OverloadedException(String lane, String message) {
        super(lane, message, null);
    }
}
