package dev.holdfast.bench;

import dev.holdfast.catalog.CatalogApi;
import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.events.OutboxBooks;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

    private static final int RECEIPTS_AT_ONCE = 5_000;

    /// Every service that has an outbox.
    private static final List<String> SOURCES = List.of("inventory", "payment", "orders", "shipping");

    private final BenchShop shop;
    private final Meter meter;
    private final CheckoutLoad load;
    private final int inFlight;
    private final Placing placing;

    ProductContender(BenchShop shop, Meter meter, CheckoutLoad load, int inFlight) {
        this.shop = shop;
        this.meter = meter;
        this.load = load;
        this.inFlight = inFlight;
        this.placing = Placing.at(shop);
    }

    /// A price for every product: those who come to the door are told one.
    static void list(BenchShop shop, int products) {
        shop.bean(CatalogApi.class)
                .importProducts(IntStream.range(0, products)
                        .mapToObj(number ->
                                new Product(CheckoutLoad.product(number), "A thing", CheckoutLoad.PRICE, null, null))
                        .toList());
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
        var latency = new ConcurrentHistogram(TimeUnit.MILLISECONDS.toMicros(Placing.LONGEST.toMillis()), 3);
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
        if (place(order).isPresent()) {
            latency.recordValue(Math.min(latency.getHighestTrackableValue(), (System.nanoTime() - began) / 1_000));
        } else {
            failed.incrementAndGet();
        }
    }

    /// One checkout, followed to its end.
    ///
    /// @return how long it took from accepted to completed; empty when it did not complete, which is told
    Optional<Duration> place() {
        return place(load.next());
    }

    private Optional<Duration> place(CheckoutOrder order) {
        var placed = placing.place(order);
        if (placed.isPresent() && !placed.get().completed()) {
            System.err.println(order.orderId() + " did not complete");
        }
        return placed.filter(Placing.Placed::completed).map(Placing.Placed::acceptedToEnd);
    }

    Meter meter() {
        return meter;
    }

    void awaitEventsGone() throws SQLException {
        var databases = shop.bean(ServiceDatabases.class);
        var deadline = System.nanoTime() + Placing.LONGEST.toNanos();
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
