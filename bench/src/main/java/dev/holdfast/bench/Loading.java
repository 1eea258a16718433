package dev.holdfast.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Fills a database with orders, from several sessions, says how far it is, and looks after the disk.
final class Loading {

    /// Before anything was loaded; measured with two lines an order, indexes included, and rounded up.
    static final long BYTES_PER_ORDER = 16_000;

    private static final String SIZE = "SELECT pg_database_size(current_database())";

    private static final String TOO_SMALL = "%,d orders need about %,d MB on the disk of %s, and %,d MB are free: load"
            + " fewer (--millions), or make room (-Djava.io.tmpdir chooses the folder)";

    private static final int SESSIONS = 2;
    private static final int PER_TRANSACTION = 5_000;
    private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// PostgreSQL's log, what the measured rounds write, and something for everybody else on the machine.
    private static final long ROOM_BESIDE = 10L << 30;

    private static final long ROOM_AT_LEAST = 512L << 20;

    private final BenchCluster cluster;
    private final String database;
    private final long orders;
    private final PrintStream out;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong tellAt = new AtomicLong();
    private long bytesPerOrder;
    private double perSecond;

    Loading(BenchCluster cluster, String database, long orders, PrintStream out) {
        this.cluster = cluster;
        this.database = database;
        this.orders = orders;
        this.out = out;
    }

    long orders() {
        return orders;
    }

    long bytesPerOrder() {
        return bytesPerOrder;
    }

    double perSecond() {
        return perSecond;
    }

    /// @throws IllegalStateException the disk is too small for all of them, told before it is full
    void requireRoom(long bytesEach) throws IOException {
        long beside = Math.min(ROOM_BESIDE, ROOM_AT_LEAST + 2 * orders * bytesEach);
        long needed = (orders - done.get()) * bytesEach + beside;
        long free = Files.getFileStore(cluster.folder()).getUsableSpace();
        if (free < needed) {
            throw new IllegalStateException(TOO_SMALL.formatted(orders, needed >> 20, cluster.folder(), free >> 20));
        }
    }

    /// Orders of these numbers, both included.
    void load(GrownTables tables, long first, long last) throws Exception {
        long before = size();
        long begun = System.nanoTime();
        tellAt.set(begun + TELL_EVERY_NANOS);
        var next = new AtomicLong(first);
        try (var threads = Executors.newFixedThreadPool(SESSIONS)) {
            var sessions = new ArrayList<Callable<Void>>();
            for (int i = 0; i < SESSIONS; i++) {
                sessions.add(() -> session(tables, next, first, last, begun));
            }
            for (var session : threads.invokeAll(sessions)) {
                session.get();
            }
        }
        long loaded = Math.max(1, last - first + 1);
        perSecond = loaded / ((System.nanoTime() - begun) / 1e9);
        bytesPerOrder = (size() - before) / loaded;
        out.printf("%,d orders loaded, %,.0f/s, %,d bytes each%n", loaded, perSecond, bytesPerOrder);
    }

    private Void session(GrownTables tables, AtomicLong next, long first, long last, long begun) throws Exception {
        try (var db = cluster.database(database).getConnection()) {
            long from;
            while ((from = next.getAndAdd(PER_TRANSACTION)) <= last) {
                long to = Math.min(last, from + PER_TRANSACTION - 1);
                tables.write(db, from, to);
                done.addAndGet(to - from + 1);
                tell(first, begun);
            }
        }
        return null;
    }

    private void tell(long first, long begun) throws IOException, SQLException {
        long due = tellAt.get();
        long now = System.nanoTime();
        if (now < due || !tellAt.compareAndSet(due, now + TELL_EVERY_NANOS)) {
            return;
        }
        double rate = (done.get() - first + 1) / ((now - begun) / 1e9);
        out.printf(
                "%,d of %,d orders loaded, %,.0f/s, %,.0f s to go%n",
                done.get(), orders, rate, (orders - done.get()) / Math.max(1, rate));
        requireRoom(Math.max(1_000, size() / Math.max(1, done.get())));
    }

    private long size() throws SQLException {
        try (var db = cluster.database(database).getConnection();
                var statement = db.createStatement();
                var row = statement.executeQuery(SIZE)) {
            row.next();
            return row.getLong(1);
        }
    }
}
