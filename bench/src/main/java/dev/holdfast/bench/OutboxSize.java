package dev.holdfast.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/// How large the tables and indexes of an outbox become under a load of minutes, with one reader that holds a
/// snapshot for half a minute in the second third.
final class OutboxSize {

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double READER_SECONDS = 30;
    private static final long PARTITION_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private static final String MEASURE = """
            SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid))
              FROM pg_partition_tree('events.outbox')
             WHERE isleaf
            """;

    private static final String TAKE_SNAPSHOT = "SELECT count(*) FROM events.outbox";

    private final DataSource source;
    private Bytes before = Bytes.NONE;
    private Bytes withReader = Bytes.NONE;
    private Bytes afterwards = Bytes.NONE;

    OutboxSize(DataSource source) {
        this.source = source;
    }

    record Bytes(double table, double indexes) {
        static final Bytes NONE = new Bytes(0, 0);

        Bytes most(Bytes other) {
            return new Bytes(Math.max(table, other.table), Math.max(indexes, other.indexes));
        }
    }

    /// Waits until the next partition begins. Two of them later there is one that is filled beside one that was, as
    /// from then on; before that, what comes later would be held against less.
    static void awaitPartition() {
        long now = System.currentTimeMillis();
        long begins = (now / PARTITION_MILLIS + 1) * PARTITION_MILLIS;
        while (now < begins) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(begins - now));
            now = System.currentTimeMillis();
        }
    }

    /// Looks until the time is over.
    void watch(double seconds) throws SQLException {
        try (var db = source.getConnection();
                var reader = source.getConnection()) {
            reader.setAutoCommit(false);
            reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            look(db, reader, seconds);
        }
    }

    private void look(Connection db, Connection reader, double seconds) throws SQLException {
        double readFrom = seconds / 3;
        double readTo = Math.min(readFrom + READER_SECONDS, seconds * 2 / 3);
        boolean reading = false;
        long began = System.nanoTime();
        double elapsed = 0;
        while (elapsed < seconds) {
            var now = measure(db);
            if (elapsed < readFrom) {
                before = before.most(now);
            } else if (elapsed < seconds * 5 / 6) {
                withReader = withReader.most(now);
            } else {
                afterwards = afterwards.most(now);
            }
            boolean shouldRead = elapsed >= readFrom && elapsed < readTo;
            if (shouldRead && !reading) {
                try (var snapshot = reader.prepareStatement(TAKE_SNAPSHOT)) {
                    snapshot.executeQuery();
                }
            } else if (reading && !shouldRead) {
                reader.rollback();
            }
            reading = shouldRead;
            LockSupport.parkNanos(EVERY_NANOS);
            elapsed = (System.nanoTime() - began) / 1e9;
        }
    }

    private static Bytes measure(Connection db) throws SQLException {
        try (var statement = db.prepareStatement(MEASURE);
                var row = statement.executeQuery()) {
            row.next();
            return new Bytes(row.getDouble(1), row.getDouble(2));
        }
    }

    /// The last sixth is held against the first third: what the reader kept from being used again must be gone.
    void report(Result result) {
        result.with("largest table before the reader", Figure.of(before.table() / 1e6, "MB"))
                .with("largest indexes before the reader", Figure.of(before.indexes() / 1e6, "MB"))
                .with(
                        "largest table with the reader and after",
                        Figure.against(withReader.table() / 1e6, "MB", before.table() / 1e6, null))
                .with(
                        "largest indexes with the reader and after",
                        Figure.against(withReader.indexes() / 1e6, "MB", before.indexes() / 1e6, null))
                .with(
                        "largest table at the end",
                        Figure.against(afterwards.table() / 1e6, "MB", before.table() / 1e6, "<= 1.2"))
                .with(
                        "largest indexes at the end",
                        Figure.against(afterwards.indexes() / 1e6, "MB", before.indexes() / 1e6, "<= 1.2"));
    }
}
