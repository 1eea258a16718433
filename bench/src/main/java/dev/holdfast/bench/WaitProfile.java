package dev.holdfast.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/// What the sessions of PostgreSQL were doing, looked at every ten milliseconds.
final class WaitProfile implements AutoCloseable {

    private static final long EVERY_MILLIS = 10;

    private static final String LOOK = """
            SELECT coalesce(nullif(application_name, ''), backend_type) AS session, state,
                   coalesce(wait_event_type || ':' || wait_event, 'on the CPU') AS doing
              FROM pg_stat_activity
             WHERE pid <> pg_backend_pid()
               AND state IS DISTINCT FROM 'idle'
               AND coalesce(wait_event_type, '') <> 'Activity'
            """;

    private final Connection db;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, Integer> seen = new TreeMap<>();
    private final Thread thread;
    private int looks;

    private WaitProfile(Connection db) {
        this.db = db;
        this.thread = Thread.ofPlatform().name("bench-waits").daemon().start(this::look);
    }

    static WaitProfile begin(DataSource source) throws SQLException {
        return new WaitProfile(source.getConnection());
    }

    /// The looks end with it.
    String report() throws InterruptedException {
        closing.countDown();
        thread.join();
        var text = new StringBuilder("%9s  session, what it did (%d looks)%n".formatted("of looks", looks));
        seen.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .forEach(entry ->
                        text.append("%8.1f%%  %s%n".formatted(100.0 * entry.getValue() / looks, entry.getKey())));
        return text.toString();
    }

    @Override
    public void close() throws SQLException {
        closing.countDown();
        db.close();
    }

    private void look() {
        try (var query = db.prepareStatement(LOOK)) {
            while (!closing.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                looks++;
                try (var rows = query.executeQuery()) {
                    while (rows.next()) {
                        var what = "%-40s %-20s %s".formatted(rows.getString(1), rows.getString(2), rows.getString(3));
                        seen.merge(what, 1, Integer::sum);
                    }
                }
            }
        } catch (SQLException e) {
            seen.put("the looks ended early: " + e.getMessage(), looks);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
