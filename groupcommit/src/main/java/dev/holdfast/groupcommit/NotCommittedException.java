package dev.holdfast.groupcommit;

/// The request surely has no effect: it was withdrawn while queued, or its transaction was rolled back. It may be
/// sent again.
public final class NotCommittedException extends GroupCommitException {

    public NotCommittedException(String lane, String message, Throwable cause) {
        super(lane, message, cause);
    }
}
