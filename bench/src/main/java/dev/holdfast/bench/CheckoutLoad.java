package dev.holdfast.bench;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.flows.Flows;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Money;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaStatus;
import dev.holdfast.saga.StartRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// Orders of two lines over many products, as many in flight as asked for, each followed to its end.
final class CheckoutLoad {

    static final int LINES_PER_ORDER = 2;
    private static final Address ADDRESS = new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US");
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int RECEIPTS_AT_ONCE = 5_000;

    private final InventoryApi inventory;
    private final SagaEngine engine;
    private final SagaDefinition<CheckoutOrder> definition;
    private final int products;
    private final long orders;
    private final Random random = new Random(1);
    private volatile Histogram latency = new ConcurrentHistogram(LONGEST.toMillis(), 3);

    /// @param orders that will be placed in all: so much stock is received
    CheckoutLoad(BenchShop shop, int products, long orders) {
        this.inventory = shop.bean(InventoryApi.class);
        this.engine = shop.bean(SagaEngine.class);
        this.definition = shop.bean(Flows.class).all().getFirst();
        this.products = products;
        this.orders = orders;
    }

    /// Enough of every product.
    void stock() {
        var receipts = IntStream.range(0, products)
                .mapToObj(product -> new Receipt("sku-" + product, null, orders * LINES_PER_ORDER + 1))
                .toList();
        for (int from = 0; from < products; from += RECEIPTS_AT_ONCE) {
            inventory.receive("opening-" + from, receipts.subList(from, Math.min(products, from + RECEIPTS_AT_ONCE)));
        }
    }

    /// @return the seconds it took
    /// @throws IllegalStateException when an order did not complete
    double run(int count, int inFlight) throws InterruptedException {
        latency = new ConcurrentHistogram(LONGEST.toMillis(), 3);
        var permits = new Semaphore(inFlight);
        var failure = new AtomicReference<String>();
        var began = System.nanoTime();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count && failure.get() == null; i++) {
                var order = order();
                permits.acquire();
                clients.execute(() -> {
                    try {
                        place(order, failure);
                    } catch (RuntimeException e) {
                        failure.compareAndSet(null, e.toString());
                    } finally {
                        permits.release();
                    }
                });
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException("an order did not complete: " + failure.get());
        }
        return (System.nanoTime() - began) / 1e9;
    }

    long latencyMillis(double percentile) {
        return latency.getValueAtPercentile(percentile);
    }

    private void place(CheckoutOrder order, AtomicReference<String> failure) {
        var began = System.nanoTime();
        var sagaId = Ids.next("saga_chk_");
        engine.start(
                definition,
                new StartRequest<>(
                        sagaId,
                        order,
                        "checkout",
                        order.orderId(),
                        "1",
                        "cart:" + order.cartId(),
                        "order:" + order.orderId(),
                        null));
        var ended = engine.await(sagaId, LONGEST).orElseThrow();
        if (ended.status() != SagaStatus.COMPLETED) {
            failure.compareAndSet(null, ended.sagaId() + " is " + ended.status() + " " + ended.failure());
        }
        latency.recordValue(Math.min(LONGEST.toMillis(), (System.nanoTime() - began) / 1_000_000));
    }

    private CheckoutOrder order() {
        var id = Ids.next("");
        var lines = new ArrayList<OrderLine>();
        for (int i = 0; i < LINES_PER_ORDER; i++) {
            lines.add(new OrderLine("sku-" + random.nextInt(products), "A thing", 1, Money.of(999, "USD")));
        }
        return new CheckoutOrder(
                "ord_" + id,
                "cart_" + id,
                null,
                lines,
                Money.of(999L * LINES_PER_ORDER, "USD"),
                ADDRESS,
                List.of("pm_card_visa"),
                "standard");
    }
}
