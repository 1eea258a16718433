package dev.holdfast.bench;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Writes into an event flow on a thread of its own until it is told to end.
final class Writing implements AutoCloseable {

    private final EventFlow flow;
    private volatile boolean ending;
    private CompletableFuture<Double> reached = CompletableFuture.completedFuture(0.0);

    Writing(EventFlow flow) {
        this.flow = flow;
    }

    void begin(double perSecond) {
        reached = new CompletableFuture<>();
        Thread.ofPlatform().name("events-writer").start(() -> {
            try {
                reached.complete(flow.write(perSecond, () -> !ending));
            } catch (SQLException | RuntimeException e) {
                reached.completeExceptionally(e);
            }
        });
    }

    /// @return events a second that were reached
    /// @throws CompletionException why it could not write
    double end() {
        ending = true;
        return reached.join();
    }

    /// Nobody may use the flow's connection for anything else before the thread has ended.
    @Override
    public void close() {
        end();
    }
}
