package dev.holdfast.platform;

/// The call surely had no effect (connection refused, an answer that says so): it may be repeated under the same
/// key.
public final class NoEffectException extends RuntimeException {

    public NoEffectException(String message, Throwable cause) {
        super(message, cause);
    }
}
