package dev.holdfast.platform;

import dev.holdfast.platform.postgres.SupervisedPostgres;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// The embedded PostgreSQL of this process. It may begin to start while everything else is being put together: the
/// first service to open its database waits for what is left.
///
/// Closed as often as somebody likes; closed while it starts, it is waited for first, so no PostgreSQL stays behind
/// that nobody knows of.
final class EmbeddedPostgres implements AutoCloseable {

    private final FutureTask<SupervisedPostgres> opening;
    private boolean begun;
    private boolean closed;

    private EmbeddedPostgres(Path folder, Map<String, String> settings) {
        this.opening = new FutureTask<>(() -> SupervisedPostgres.open(folder, settings));
    }

    /// Not begun yet.
    static EmbeddedPostgres of(HoldfastSettings settings) {
        return new EmbeddedPostgres(
                settings.data().resolve("postgres"), settings.postgres().settings());
    }

    /// Starts it on a thread of its own, once.
    synchronized void begin() {
        if (closed) {
            throw new IllegalStateException("the embedded PostgreSQL of this process is closed");
        }
        if (begun) {
            return;
        }
        begun = true;
        Thread.ofPlatform().name("postgres-start").start(opening);
    }

    /// @throws dev.holdfast.platform.postgres.PostgresException it cannot be started, with what to do
    SupervisedPostgres await() {
        begin();
        try {
            return opening.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL was starting", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException problem ? problem : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (!begun) {
                return;
            }
        }
        try {
            opening.get().close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // It never ran; who waited for it was told why.
        }
    }
}
