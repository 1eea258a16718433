package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A batch function a test can hold: every batch waits at the gate until it is let through.
final class Gate<Q, R> implements BatchWork<Q, R> {

    private final BatchWork<Q, R> work;
    private final Semaphore arrived = new Semaphore(0);
    private final Semaphore passes = new Semaphore(0);
    private final ConcurrentLinkedQueue<List<Q>> batches = new ConcurrentLinkedQueue<>();

    Gate(BatchWork<Q, R> work) {
        this.work = work;
    }

    @Override
    public List<R> run(Connection db, List<Q> requests) throws SQLException {
        batches.add(List.copyOf(requests));
        arrived.release();
        try {
            if (!passes.tryAcquire(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody opened the gate");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted at the gate", e);
        }
        return work.run(db, requests);
    }

    /// Waits until a batch stands at the gate.
    void awaitBatch() throws InterruptedException {
        assertThat(arrived.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    void letOneThrough() {
        passes.release();
    }

    void open() {
        passes.release(1_000_000);
    }

    /// What has come to the gate so far.
    List<List<Q>> batches() {
        return List.copyOf(batches);
    }
}
