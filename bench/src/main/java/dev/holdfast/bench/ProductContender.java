package dev.holdfast.bench;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.flows.Flows;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.Trace;
import dev.holdfast.platform.events.OutboxBooks;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaStatus;
import dev.holdfast.saga.StartRequest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// Holdfast itself: engine and services in this process, entered where the door hands a priced order to the engine.
/// As many checkouts in flight as asked for, each followed to its end.
final class ProductContender implements Contender {

    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int RECEIPTS_AT_ONCE = 5_000;

    /// Every service that has an outbox.
    private static final List<String> SOURCES = List.of("inventory", "payment", "orders", "shipping");

    private final BenchShop shop;
    private final Meter meter;
    private final CheckoutLoad load;
    private final int inFlight;
    private final SagaEngine engine;
    private final SagaDefinition<CheckoutOrder> definition;
    private final Random random = new Random(2);

    ProductContender(BenchShop shop, Meter meter, CheckoutLoad load, int inFlight) {
        this.shop = shop;
        this.meter = meter;
        this.load = load;
        this.inFlight = inFlight;
        this.engine = shop.bean(SagaEngine.class);
        this.definition = shop.bean(Flows.class).all().getFirst();
    }

    /// Enough of every product.
    static void stock(BenchShop shop, int products) {
        var receipts = IntStream.range(0, products)
                .mapToObj(product -> new Receipt(CheckoutLoad.product(product), null, CheckoutLoad.STOCK))
                .toList();
        for (int from = 0; from < products; from += RECEIPTS_AT_ONCE) {
            shop.bean(InventoryApi.class)
                    .receive("opening-" + from, receipts.subList(from, Math.min(products, from + RECEIPTS_AT_ONCE)));
        }
    }

    @Override
    public String name() {
        return "product";
    }

    @Override
    public String database() {
        return meter.database();
    }

    @Override
    public Round run(int orders) throws Exception {
        var latency = new ConcurrentHistogram(TimeUnit.MILLISECONDS.toMicros(LONGEST.toMillis()), 3);
        var failed = new AtomicInteger();
        var permits = new Semaphore(inFlight);
        var before = meter.spent();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < orders; i++) {
                var order = load.next();
                permits.acquire();
                clients.execute(() -> {
                    try {
                        place(order, latency, failed);
                    } finally {
                        permits.release();
                    }
                });
            }
        }
        var completedSeconds = (System.nanoTime() - before.atNanos()) / 1e9;
        awaitEventsGone();
        var spent = meter.spent().since(before);
        return new Round(orders - failed.get(), failed.get(), spent, completedSeconds, latency);
    }

    /// The lanes hold their sessions open, and a session tells at most once a second. One more checkout a second
    /// later makes each of them tell what the round did; of that one checkout something may be told later.
    @Override
    public int tellCounters() throws Exception {
        Thread.sleep(Duration.ofMillis(1_100));
        run(1);
        return 1;
    }

    @Override
    public void close() {
        shop.close();
    }

    private void place(CheckoutOrder order, Histogram latency, AtomicInteger failed) {
        var began = System.nanoTime();
        var sagaId = Ids.next("saga_chk_");
        try {
            engine.start(
                    definition,
                    new StartRequest<>(
                            sagaId,
                            order,
                            "checkout",
                            order.orderId(),
                            IdempotencyKey.digest(order),
                            "cart:" + order.cartId(),
                            "order:" + order.orderId(),
                            Trace.begin(random).traceparent()));
            var ended = engine.await(sagaId, LONGEST);
            if (ended.isPresent() && ended.get().status() == SagaStatus.COMPLETED) {
                latency.recordValue(Math.min(latency.getHighestTrackableValue(), (System.nanoTime() - began) / 1_000));
            } else {
                failed.incrementAndGet();
                System.err.println(sagaId + " did not complete: " + ended);
            }
        } catch (RuntimeException e) {
            failed.incrementAndGet();
            System.err.println(sagaId + " was refused: " + e);
        }
    }

    private void awaitEventsGone() throws SQLException {
        var databases = shop.bean(ServiceDatabases.class);
        var deadline = System.nanoTime() + LONGEST.toNanos();
        for (var source : SOURCES) {
            var books = OutboxBooks.of(databases.of(source));
            while (books.backlog().pending() > 0) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("events of " + source + " do not leave: " + books.backlog());
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }
}
