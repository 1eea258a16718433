package dev.holdfast.platform.remote;

/// What came back is no answer to what was asked.
final class UnreadableAnswerException extends RuntimeException {

    UnreadableAnswerException(String message) {
        super(message);
    }
}
