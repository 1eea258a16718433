package dev.holdfast.groupcommit;

/// The database refused the data of this very request (SQLSTATE class 22, 23 or 54, tried alone): it has no effect,
/// and sending it again unchanged would be refused again. The requests that shared its batch are not touched.
public final class RejectedRequestException extends GroupCommitException {

    public RejectedRequestException(String lane, String message, Throwable cause) {
        super(lane, message, cause);
    }
}
