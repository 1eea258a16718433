package dev.holdfast.saga;

/// The engine's database could not be read or changed. Sagas in flight wait for it; what was asked can be asked
/// again.
public final class SagaStoreException extends RuntimeException {

    SagaStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
