package dev.holdfast.bench.crash;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// A node that is stopped (SIGSTOP), in a transaction if one can be caught, and watched from the database: who
/// waits for its locks, and whether the shop goes on.
///
/// Its sessions are known by their role, which is the node's own. Its sockets stay open, so the database does not
/// notice by itself that nobody is there any more.
final class FrozenNode implements AutoCloseable {

    /// A transaction takes milliseconds, so one is caught within some tries.
    private static final int MOST_TRIES = 60;

    /// Statements under way end by themselves in this time; what is still open then waits for the node.
    private static final Duration SETTLING = Duration.ofMillis(25);

    private static final int MOST_MILLIS_BETWEEN_TRIES = 15;
    private static final Duration LOOK_EVERY = Duration.ofMillis(25);

    private static final String OPEN_TRANSACTIONS = """
            SELECT count(*), count(backend_xid)
              FROM pg_stat_activity
             WHERE usename = ? AND state = 'idle in transaction'
            """;

    private static final String STILL_OPEN = """
            SELECT application_name
              FROM pg_stat_activity
             WHERE usename = ? AND state = 'idle in transaction' AND clock_timestamp() - state_change > interval '2 s'
             ORDER BY application_name
            """;

    private static final String WAITING_FOR_IT = """
            SELECT waiting.application_name, left(waiting.query, 300), held.application_name, held.state,
                   left(held.query, 300)
              FROM pg_stat_activity AS waiting
             CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking(pid)
              JOIN pg_stat_activity AS held ON held.pid = blocking.pid
             WHERE waiting.wait_event_type = 'Lock' AND waiting.usename <> ? AND held.usename = ?
            """;

    private static final String DONE = """
            SELECT (SELECT count(*) FROM inventory.reservations),
                   (SELECT count(*) FROM orders.order_events WHERE to_state = 'confirmed')
            """;

    private final long pid;
    private final String role;
    private final ShopPostgres postgres;
    private final Duration grace;
    private final ExecutorService watcher = Executors.newVirtualThreadPerTaskExecutor();
    private int open;
    private int writing;
    private long struckNanos;
    private Future<Freeze> watched;
    private final CountDownLatch goesOn = new CountDownLatch(1);
    private volatile boolean watching = true;

    /// @param role under which its sessions are known
    /// @param grace after which nobody may wait for it any more
    FrozenNode(long pid, String role, ShopPostgres postgres, Duration grace) {
        this.pid = pid;
        this.role = role;
        this.postgres = postgres;
        this.grace = grace;
    }

    /// Stops it. If it was in no transaction that had written something, lets it go on for a moment and stops it
    /// again; towards the end any transaction will do, and in the end none.
    void strike(Random random) throws IOException, SQLException, InterruptedException {
        try (var db = postgres.connect()) {
            for (int tries = 1; ; tries++) {
                Signals.send("STOP", List.of(pid));
                struckNanos = System.nanoTime();
                Thread.sleep(SETTLING);
                countOpen(db);
                if (writing > 0 || open > 0 && tries > MOST_TRIES / 2 || tries == MOST_TRIES) {
                    break;
                }
                Signals.send("CONT", List.of(pid));
                Thread.sleep(1 + random.nextInt(MOST_MILLIS_BETWEEN_TRIES));
            }
        }
        watched = watcher.submit(this::watch);
    }

    long struckNanos() {
        return struckNanos;
    }

    /// Waits until the shop was seen to go on after the grace: one more hold and one more confirmation at least.
    /// How many there are in a second says nothing; that there are none for so long does.
    void awaitGoingOn(Duration atMost) throws InterruptedException {
        goesOn.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Ends the watch; the node is still frozen.
    ///
    /// @return what was seen
    Freeze seen() throws IOException, InterruptedException {
        watching = false;
        try {
            return watched.get();
        } catch (ExecutionException e) {
            throw new IOException("the frozen node could not be watched: " + e.getCause(), e.getCause());
        }
    }

    /// Wakes it.
    @Override
    public void close() throws IOException {
        watching = false;
        watcher.shutdownNow();
        try {
            Signals.send("CONT", List.of(pid));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void countOpen(Connection db) throws SQLException {
        try (var count = db.prepareStatement(OPEN_TRANSACTIONS)) {
            count.setString(1, role);
            try (var row = count.executeQuery()) {
                row.next();
                open = row.getInt(1);
                writing = row.getInt(2);
            }
        }
    }

    private Freeze watch() throws IOException, SQLException, InterruptedException {
        int most = 0;
        Duration until = null;
        String late = null;
        Done atGrace = null;
        try (var db = postgres.connect()) {
            while (watching) {
                var since = Duration.ofNanos(System.nanoTime() - struckNanos);
                var over = since.compareTo(grace) >= 0;
                if (over) {
                    var now = done(db);
                    atGrace = atGrace == null ? now : atGrace;
                    if (now.holds() > atGrace.holds() && now.confirmed() > atGrace.confirmed()) {
                        goesOn.countDown();
                    }
                }
                var waiting = waiting(db);
                most = Math.max(most, waiting.size());
                until = waiting.isEmpty() ? until : since;
                late = over && late == null && !waiting.isEmpty() ? since + ": " + waiting.getFirst() : late;
                Thread.sleep(LOOK_EVERY);
            }
            var atEnd = done(db);
            var from = atGrace == null ? atEnd : atGrace;
            return new Freeze(
                    role,
                    open,
                    writing,
                    most,
                    until,
                    late,
                    stillOpen(db),
                    atEnd.holds() - from.holds(),
                    atEnd.confirmed() - from.confirmed());
        }
    }

    private List<String> stillOpen(Connection db) throws SQLException {
        try (var look = db.prepareStatement(STILL_OPEN)) {
            look.setString(1, role);
            var open = new ArrayList<String>();
            try (var row = look.executeQuery()) {
                while (row.next()) {
                    open.add(row.getString(1));
                }
            }
            return open;
        }
    }

    private List<String> waiting(Connection db) throws SQLException {
        try (var look = db.prepareStatement(WAITING_FOR_IT)) {
            look.setString(1, role);
            look.setString(2, role);
            var waiting = new ArrayList<String>();
            try (var row = look.executeQuery()) {
                while (row.next()) {
                    waiting.add("'%s' (%s) waits for '%s', %s (%s)"
                            .formatted(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5)));
                }
            }
            return waiting;
        }
    }

    private record Done(long holds, long confirmed) {}

    private static Done done(Connection db) throws SQLException {
        try (var count = db.prepareStatement(DONE);
                var row = count.executeQuery()) {
            row.next();
            return new Done(row.getLong(1), row.getLong(2));
        }
    }
}
