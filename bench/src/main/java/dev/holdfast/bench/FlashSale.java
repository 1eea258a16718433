package dev.holdfast.bench;

import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.groupcommit.UnclearCommitException;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.HoldResult;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryApi.Refused;
import dev.holdfast.inventory.InventoryBooks;
import dev.holdfast.platform.Ids;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/// A shop in this process whose inventory has one strategy, and crowds of buyers that each hold one piece after the
/// other. After each crowd the books are audited, and what the buyers were told is held against the tables.
final class FlashSale implements AutoCloseable {

    private static final int RECEIPTS_AT_ONCE = 10_000;

    /// Held over a point; a piece per hold.
    private static final String COUNT_HELD = """
            SELECT coalesce(sum(quantity), 0)::bigint
              FROM inventory.ledger
             WHERE kind = 'held'
               AND product_id LIKE ? || '%'
            """;

    private static final String COUNT_RESERVED = """
            SELECT coalesce(sum(reserved), 0)::bigint
              FROM inventory.stock
             WHERE product_id LIKE ? || '%'
            """;

    /// What one buyer got.
    private record Got(long held, long refused, long failed, long[] heldNanos) {}

    private final String strategy;
    private final String database;
    private final BenchCluster cluster;
    private final BenchShop shop;
    private final InventoryApi inventory;
    private final InventoryBooks books;
    private final Meter meter;
    private int points;

    private FlashSale(String strategy, String database, BenchCluster cluster, BenchShop shop) {
        this.strategy = strategy;
        this.database = database;
        this.cluster = cluster;
        this.shop = shop;
        this.inventory = shop.bean(InventoryApi.class);
        this.books = shop.bean(InventoryBooks.class);
        this.meter = new Meter(cluster, database);
    }

    static FlashSale open(BenchCluster cluster, String strategy, String database) throws SQLException {
        cluster.createDatabase(database);
        var shop = BenchShop.open(
                cluster, database, List.of("--holdfast.inventory.strategy=" + strategy), UnaryOperator.identity());
        return new FlashSale(strategy, database, cluster, shop);
    }

    String database() {
        return database;
    }

    /// Buyers that buy for a while, of plenty.
    FlashPoint sell(int products, int buyers, Duration duration) throws Exception {
        return crowd(products, buyers, 1_000_000_000, duration);
    }

    /// Buyers that buy until each is told that nothing is left.
    FlashPoint sellOut(int buyers, int pieces) throws Exception {
        var point = crowd(1, buyers, pieces, Duration.ofMinutes(10));
        if (point.held() != pieces) {
            throw new IllegalStateException(
                    "%d pieces were there and %d are held: %s".formatted(pieces, point.held(), point.name()));
        }
        return point;
    }

    private FlashPoint crowd(int products, int buyers, long pieces, Duration duration) throws Exception {
        var prefix = "flash-" + ++points + "-";
        stock(prefix, products, pieces);
        cluster.checkpoint();
        var before = meter.spent();
        var all = everybody(prefix, products, buyers, duration);
        var spent = meter.spent().since(before);
        long held = all.stream().mapToLong(Got::held).sum();
        var nanos = all.stream()
                .flatMapToLong(got -> Arrays.stream(got.heldNanos()))
                .sorted()
                .toArray();
        var point = new FlashPoint(
                strategy,
                products,
                buyers,
                held,
                all.stream().mapToLong(Got::refused).sum(),
                all.stream().mapToLong(Got::failed).sum(),
                spent.atNanos() / 1e9,
                percentile(nanos, 0.5),
                percentile(nanos, 0.99),
                (spent.jvmNanos() + spent.postgresNanos()) / 1e3 / Math.max(1, held));
        check(point, prefix);
        return point;
    }

    private void stock(String prefix, int products, long pieces) {
        var receipts = new ArrayList<Receipt>();
        for (int i = 0; i < products; i++) {
            receipts.add(new Receipt(prefix + i, null, pieces));
            if (receipts.size() == RECEIPTS_AT_ONCE || i == products - 1) {
                inventory.receive(prefix + i, List.copyOf(receipts));
                receipts.clear();
            }
        }
    }

    private List<Got> everybody(String prefix, int products, int buyers, Duration duration)
            throws InterruptedException, ExecutionException {
        var start = new CyclicBarrier(buyers);
        var futures = new ArrayList<Future<Got>>(buyers);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < buyers; i++) {
                futures.add(threads.submit(() -> {
                    start.await();
                    return buy(prefix, products, duration);
                }));
            }
        }
        var all = new ArrayList<Got>(buyers);
        for (var future : futures) {
            all.add(future.get());
        }
        return all;
    }

    private Got buy(String prefix, int products, Duration duration) {
        var nanos = new long[16];
        int held = 0;
        long refused = 0;
        long failed = 0;
        var end = System.nanoTime() + duration.toNanos();
        while (refused == 0 && System.nanoTime() < end) {
            var begin = System.nanoTime();
            switch (ask(piece(prefix + ThreadLocalRandom.current().nextInt(products)))) {
                case Held _ -> {
                    nanos = held == nanos.length ? Arrays.copyOf(nanos, 2 * held) : nanos;
                    nanos[held++] = System.nanoTime() - begin;
                }
                case OutOfStock _ -> refused++;
                case Refused _ -> failed++;
            }
        }
        return new Got(held, refused, failed, Arrays.copyOf(nanos, held));
    }

    /// Asks, and once it is unclear whether the piece is held asks again under the same key, until it is known.
    private HoldResult ask(HoldRequest request) {
        boolean unclear = false;
        while (true) {
            try {
                return inventory.hold(request);
            } catch (UnclearCommitException _) {
                unclear = true;
            } catch (GroupCommitException e) {
                if (!unclear) {
                    return new Refused("gave-up", e.getMessage());
                }
            }
        }
    }

    private static HoldRequest piece(String product) {
        var id = Ids.next("ord_");
        return new HoldRequest(id, id, id + ":hold", null, false, null, List.of(new HoldLine(product, 1)));
    }

    /// Oversold or forgotten: either ends the measurement.
    private void check(FlashPoint point, String prefix) throws SQLException {
        var broken =
                books.audit().rules().stream().filter(rule -> rule.broken() > 0).toList();
        if (!broken.isEmpty()) {
            throw new IllegalStateException("after " + point.name() + " the books are broken: " + broken);
        }
        for (var query : List.of(COUNT_HELD, COUNT_RESERVED)) {
            var counted = count(query, prefix);
            if (counted != point.held()) {
                throw new IllegalStateException("%s: buyers were told of %d holds, the tables have %d"
                        .formatted(point.name(), point.held(), counted));
            }
        }
    }

    private long count(String query, String prefix) throws SQLException {
        try (var db = cluster.database(database).getConnection();
                var statement = db.prepareStatement(query)) {
            statement.setString(1, prefix);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static double percentile(long[] sorted, double share) {
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))] / 1e6;
    }

    @Override
    public void close() {
        shop.close();
    }
}
