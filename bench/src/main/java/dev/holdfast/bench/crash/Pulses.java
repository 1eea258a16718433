package dev.holdfast.bench.crash;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Tells, in the tables, whether nodes live: by their beats.
final class Pulses {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private static final String BEATS = """
            SELECT node, epoch, beat
              FROM saga.saga_nodes
            """;

    private final ShopPostgres postgres;

    Pulses(ShopPostgres postgres) {
        this.postgres = postgres;
    }

    /// Waits until so many nodes have been seen to beat: what is measured from then on, a database that was away
    /// has no part in.
    ///
    /// @return whether they did within a minute
    boolean awaitBeating(int nodes) throws IOException, SQLException, InterruptedException {
        try (var db = postgres.connect()) {
            var before = beats(db);
            var giveUp = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < giveUp) {
                long beating = beats(db).entrySet().stream()
                        .filter(now -> !now.getValue().equals(before.get(now.getKey())))
                        .count();
                if (beating >= nodes) {
                    return true;
                }
                Thread.sleep(LOOK_EVERY);
            }
            return false;
        }
    }

    private static Map<String, Long> beats(Connection db) throws SQLException {
        var beats = new HashMap<String, Long>();
        try (var read = db.prepareStatement(BEATS);
                var row = read.executeQuery()) {
            while (row.next()) {
                beats.put(row.getString(1) + "#" + row.getLong(2), row.getLong(3));
            }
        }
        return beats;
    }
}
