package dev.holdfast.bench;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// How the tables of a shop grow under a load, in three parts of the same length.
final class TableGrowth {

    private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long TELL_EVERY_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final Duration READER_HOLDS = Duration.ofSeconds(30);

    /// A smaller share of what an order adds is a table of a few pages, of which one more is much.
    private static final double WORTH_A_LOOK = 0.01;

    private final Connection db;
    private final SteadyRate load;
    private final PrintStream out;
    private final List<Third> thirds = new ArrayList<>();
    private long nextTell;

    /// @param mostOutboxes at their largest
    /// @param mostCounters at their largest
    private record Third(TableSizes first, TableSizes last, long mostOutboxes, long mostCounters) {

        double perOrder() {
            return last.perOrderSince(first, TableSizes::isKept);
        }

        double perOrder(String table) {
            return last.perOrderSince(first, table::equals);
        }
    }

    TableGrowth(Connection db, SteadyRate load, PrintStream out) {
        this.db = db;
        this.load = load;
        this.out = out;
        this.nextTell = System.nanoTime();
    }

    /// @param reader holds a snapshot at its beginning
    void third(Duration time, Connection reader) throws SQLException {
        try (var snapshot = reader.prepareStatement("SELECT count(*) FROM inventory.inventory")) {
            snapshot.executeQuery();
        }
        var held = READER_HOLDS.compareTo(time) < 0 ? READER_HOLDS : time;
        var with = watch(held);
        reader.rollback();
        var without = watch(time.minus(held));
        thirds.add(new Third(
                with.first(),
                without.last(),
                Math.max(with.mostOutboxes(), without.mostOutboxes()),
                Math.max(with.mostCounters(), without.mostCounters())));
    }

    void third(Duration time) throws SQLException {
        thirds.add(watch(time));
    }

    /// Looks for so long.
    Third watch(Duration time) throws SQLException {
        long end = System.nanoTime() + time.toNanos();
        var first = TableSizes.measure(db, load.completed());
        var last = first;
        long outboxes = 0;
        long counters = 0;
        do {
            LockSupport.parkNanos(Math.min(LOOK_EVERY_NANOS, end - System.nanoTime()));
            load.mustRun();
            last = TableSizes.measure(db, load.completed());
            outboxes = Math.max(outboxes, last.of(TableSizes::isOutbox));
            counters = Math.max(counters, last.of(TableSizes.COUNTERS));
            tell(last);
        } while (System.nanoTime() - end < 0);
        return new Third(first, last, outboxes, counters);
    }

    private void tell(TableSizes seen) {
        if (System.nanoTime() - nextTell >= 0) {
            nextTell += TELL_EVERY_NANOS;
            out.printf(
                    "%,10d orders, outboxes %.1f MB, counters %.2f MB, what is kept %,.1f MB%n",
                    seen.orders(),
                    seen.of(TableSizes::isOutbox) / 1e6,
                    seen.of(TableSizes.COUNTERS) / 1e6,
                    seen.of(TableSizes::isKept) / 1e6);
        }
    }

    /// Each table of 100 kB or more at the end of each third.
    void tellTables() {
        out.printf(
                "%n%-40s %12s %12s %12s %14s %14s%n",
                "table, with its indexes", "1/3, MB", "2/3, MB", "end, MB", "B/order, 1st", "B/order, last");
        for (var table : thirds.getLast().last().bytes().keySet()) {
            if (thirds.getLast().last().of(table) >= 100_000) {
                out.printf("%-40s", table);
                thirds.forEach(third -> out.printf(" %,12.2f", third.last().of(table) / 1e6));
                out.printf(
                        " %,14.1f %,14.1f%n",
                        thirds.getFirst().perOrder(table), thirds.getLast().perOrder(table));
            }
        }
    }

    /// What a reader keeps of the counters' old rows makes their table grow, and it stays as large: it must not go
    /// on growing. An outbox is as before once its partition is gone.
    Result report(Result result) {
        var first = thirds.getFirst();
        var middle = thirds.get(1);
        var last = thirds.getLast();
        var worst = last.last().bytes().keySet().stream()
                .filter(TableSizes::isKept)
                .filter(table -> first.perOrder(table) > 0)
                .filter(table -> first.perOrder(table) >= WORTH_A_LOOK * first.perOrder())
                .max(Comparator.comparingDouble(table -> last.perOrder(table) / first.perOrder(table)))
                .orElseThrow(() -> new IllegalStateException("no order has left anything in any table"));
        return result.with(
                        "outboxes, largest in the last third",
                        against(last.mostOutboxes(), first.mostOutboxes(), "<= 1.2"))
                .with("outboxes, largest with the reader", against(middle.mostOutboxes(), first.mostOutboxes(), null))
                .with("counters, largest with the reader", against(middle.mostCounters(), first.mostCounters(), null))
                .with(
                        "counters, largest in the last third",
                        against(last.mostCounters(), middle.mostCounters(), "<= 1.2"))
                .with(
                        "what an order adds, last third",
                        Figure.against(last.perOrder(), "B/order", first.perOrder(), "<= 1.05"))
                .with(
                        "the same, of the worst table (" + worst + ")",
                        Figure.against(last.perOrder(worst), "B/order", first.perOrder(worst), "<= 1.2"));
    }

    private static Figure against(long bytes, long reference, String target) {
        return Figure.against(bytes / 1e6, "MB", reference / 1e6, target);
    }
}
