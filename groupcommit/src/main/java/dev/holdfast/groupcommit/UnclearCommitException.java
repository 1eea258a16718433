package dev.holdfast.groupcommit;

/// No answer in time: the request may be committed or not. Send it again under the same key to find out.
public final class UnclearCommitException extends GroupCommitException {

    public UnclearCommitException(String lane, String message, Throwable cause) {
        super(lane, message, cause);
    }
}
