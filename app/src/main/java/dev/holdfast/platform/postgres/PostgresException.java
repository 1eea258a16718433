package dev.holdfast.platform.postgres;

/// The embedded PostgreSQL cannot be started here; the message says why and what to do. Nothing was lost: the data
/// directory is as it was.
public final class PostgresException extends RuntimeException {

    PostgresException(String message) {
        super(message);
    }

    PostgresException(String message, Throwable cause) {
        super(message, cause);
    }
}
