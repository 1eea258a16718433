package dev.holdfast.stories;

import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;

/// A point where the test holds things up: a trigger on a table, of ours or of the simulated systems outside.
/// Whoever writes a row it is about either waits there until the gate is opened (somebody is slow, or about to die)
/// or is refused (somebody cannot be reached). Product code knows nothing of it.
///
/// A waiting gate stands inside a transaction, so it holds up everybody who writes through the same lane.
final class Gate implements AutoCloseable {

    private static final String WAITERS = " FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %d";

    private final TestDatabase database;
    private final String table;
    private final int number = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final Connection holder;

    private Gate(TestDatabase database, String table) throws SQLException {
        this.database = database;
        this.table = table;
        this.holder = database.dataSource().getConnection();
    }

    /// Whoever does this waits until the gate opens.
    ///
    /// @param event `INSERT` or `UPDATE`
    /// @param rows a condition on `NEW`
    static Gate waiting(TestDatabase database, String event, String table, String rows) throws SQLException {
        var gate = new Gate(database, table);
        gate.hold("SELECT pg_advisory_lock(%d)".formatted(gate.number));
        gate.install(event, rows, "PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint);");
        return gate;
    }

    /// Whoever does this is refused, as if it had never been asked.
    static Gate refusing(TestDatabase database, String event, String table, String rows) throws SQLException {
        var gate = new Gate(database, table);
        gate.install(event, rows, "RAISE EXCEPTION 'nobody there' USING ERRCODE = 'check_violation';");
        return gate;
    }

    /// Returns as soon as somebody waits.
    void awaitSomebody() {
        Shop.soon().until(() -> waiting() > 0);
    }

    /// Lets everybody through, from now on.
    void open() throws SQLException {
        hold("SELECT pg_advisory_unlock_all()");
        database.execute("DROP TRIGGER IF EXISTS story_" + number + " ON " + table);
    }

    /// Ends the connections of those who wait, as the death of their process does once it is noticed.
    void dropThoseWhoWait() {
        database.execute("SELECT pg_terminate_backend(pid)" + WAITERS.formatted(number));
    }

    @Override
    public void close() throws SQLException {
        open();
        holder.close();
    }

    private int waiting() throws SQLException {
        try (var db = database.dataSource().getConnection();
                var statement = db.createStatement();
                var row = statement.executeQuery("SELECT count(*)" + WAITERS.formatted(number))) {
            row.next();
            return row.getInt(1);
        }
    }

    private void install(String event, String rows, String action) {
        database.execute("CREATE SCHEMA IF NOT EXISTS story");
        database.execute("""
                CREATE FUNCTION story.gate_%1$d() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    %2$s
                    RETURN NEW;
                END $$
                """.formatted(number, action));
        database.execute("""
                CREATE TRIGGER story_%1$d BEFORE %2$s ON %3$s
                    FOR EACH ROW WHEN (%4$s) EXECUTE FUNCTION story.gate_%1$d('%1$d')
                """.formatted(number, event, table, rows));
    }

    private void hold(String sql) throws SQLException {
        try (var statement = holder.createStatement()) {
            statement.execute(sql);
        }
    }
}
