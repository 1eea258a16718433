package dev.holdfast.saga;

/// A saga was to carry more than the engine takes. Nothing was recorded; it must carry less, or say where the rest
/// is.
public final class PayloadTooLargeException extends RuntimeException {

    private final int length;

    PayloadTooLargeException(String sagaId, int length, int limit) {
        super("saga %s would carry %,d characters, %,d is the limit (SagaSettings.maxPayload); nothing was recorded"
                .formatted(sagaId, length, limit));
        this.length = length;
    }

    /// Characters of JSON.
    public int length() {
        return length;
    }
}
