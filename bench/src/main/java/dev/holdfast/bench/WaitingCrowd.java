package dev.holdfast.bench;

import com.zaxxer.hikari.HikariDataSource;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.PayloadCodec;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaListener;
import dev.holdfast.saga.SagaSchema;
import dev.holdfast.saga.SagaSettings;
import dev.holdfast.saga.SagaStatus;
import dev.holdfast.saga.StartRequest;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.StepSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import javax.sql.DataSource;

/// Sagas that hold something, wait for an approval, and end.
final class WaitingCrowd implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final SagaDefinition<String> definition = SagaDefinition.named("approval")
            .version(1)
            .carrying(PayloadCodec.text())
            .step(
                    "hold",
                    step -> says(step)
                            .does((request, call) -> Outcome.Done.done())
                            .undoneBy((request, call) -> Outcome.Done.done())
                            .compensatedAt("HOLD_SERVICE"))
            .step("approve", step -> says(step).does(this::approve).needsNoUndo("it only asks"))
            .pivot("order", step -> says(step).does((request, call) -> Outcome.Done.done()))
            .build();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final HikariDataSource pool = new HikariDataSource();
    private final SagaEngine engine;
    private final int senders;

    WaitingCrowd(DataSource database, SagaSettings settings, int senders) {
        this.senders = senders;
        pool.setDataSource(database);
        pool.setMaximumPoolSize(8);
        SagaSchema.create(database);
        engine = SagaEngine.builder(pool)
                .laneConnections(database)
                .register(definition)
                .settings(settings)
                .listener(new SagaListener() {
                    @Override
                    public void ended(String sagaId, String name, SagaStatus status, Duration duration) {
                        ended.incrementAndGet();
                    }
                })
                .start();
    }

    /// @param putDown whether to wait until none of them is in memory any more
    /// @return until all wait
    Duration start(int sagas, boolean putDown) {
        var begun = System.nanoTime();
        each(
                sagas,
                number -> engine.start(
                        definition,
                        new StartRequest<>(
                                id(number), "request " + number, "bench", id(number), "h", null, null, null)));
        await(() -> asked.get() >= sagas && (!putDown || engine.quiet()));
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /// @return until all have ended
    Duration wake(int sagas) {
        var begun = System.nanoTime();
        each(sagas, number -> engine.signal(id(number), "approved", "approval", "by the boss"));
        await(() -> ended.get() >= sagas);
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Override
    public void close() {
        engine.close();
        pool.close();
    }

    private Outcome approve(String request, StepCall call) {
        if (call.signals().containsKey("approved")) {
            return Outcome.Done.done();
        }
        asked.incrementAndGet();
        return new Outcome.Waiting("approved", Instant.now().plus(Duration.ofDays(1)));
    }

    /// A place among those in flight may be missing for a moment; whoever is refused comes again.
    private void each(int sagas, IntConsumer what) {
        var places = new Semaphore(senders);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < sagas; i++) {
                int number = i;
                places.acquireUninterruptibly();
                threads.submit(() -> {
                    try {
                        persist(() -> what.accept(number));
                    } finally {
                        places.release();
                    }
                });
            }
        }
    }

    private static void persist(Runnable what) {
        while (true) {
            try {
                what.run();
                return;
            } catch (OverloadedException e) {
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    private static void await(BooleanSupplier enough) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!enough.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("what was waited for did not come in " + PATIENCE);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static StepSpec<String> says(StepSpec<String> step) {
        return step.owner("bench", "bench")
                .customerSees("WAITING")
                .succeedsWhen("it is approved")
                .failsWhen("never");
    }

    /// Time-ordered, as ids of sagas should be.
    private static String id(int number) {
        return "saga_apr_%08d".formatted(number);
    }
}
