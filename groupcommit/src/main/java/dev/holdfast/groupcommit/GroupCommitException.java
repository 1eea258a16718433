package dev.holdfast.groupcommit;

/// Why a request got no result. One subtype per thing the caller can do about it.
public abstract sealed class GroupCommitException extends RuntimeException
        permits OverloadedException, NotCommittedException, RejectedRequestException, UnclearCommitException {

    private final String lane;

    GroupCommitException(String lane, String message, Throwable cause) {
        super(message, cause);
        this.lane = lane;
    }

    /// The name of the lane that answers.
    public String lane() {
        return lane;
    }
}
