package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.platform.HoldfastSettings.LaneSettings;
import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LaneConnectionsTest {

    private static final String LOCK = """
            SELECT id FROM public.grown WHERE id = ANY (?) ORDER BY id FOR UPDATE
            """;

    private static final String WRITE = """
            UPDATE public.grown g SET v = n.v FROM unnest(?::text[], ?::int[]) AS n(id, v) WHERE g.id = n.id
            """;

    private static final LaneSettings SETTINGS = new LaneSettings(
            100, 10, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(10));

    /// More often than the driver asks before it prepares, and the server before it keeps a plan.
    private static final int OFTEN = 20;

    @Test
    void a_plan_made_on_an_empty_table_goes_by_the_key_when_the_table_has_grown() throws Exception {
        try (var database = TestDatabase.fresh()) {
            // Wide, as the tables of services are: of an empty one the planner expects a handful of rows.
            database.execute("CREATE TABLE public.grown (id text PRIMARY KEY, v int, a text, b text, c text, d text,"
                    + " e text, f text, g text, h jsonb, i jsonb, j jsonb) WITH (autovacuum_enabled = off)");
            var connections = LaneConnections.ofLane(database.of("public").direct(), SETTINGS);
            try (var db = connections.getConnection()) {
                for (int i = 0; i < OFTEN; i++) {
                    batch(db);
                }
                database.execute(
                        "INSERT INTO public.grown (id, v) SELECT 'id' || g, 0 FROM generate_series(1, 10000) g");
                long before = scans(db);
                for (int i = 0; i < OFTEN; i++) {
                    batch(db);
                }
                assertThat(scans(db)).isEqualTo(before);
            }
        }
    }

    /// An end of the session would leave a COMMIT that went out with the statement in doubt.
    @Test
    void a_wait_for_a_lock_ends_before_the_transaction_does() throws Exception {
        var settings = new LaneSettings(
                100, 10, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(3), Duration.ofSeconds(3));
        try (var database = TestDatabase.fresh()) {
            database.execute("CREATE TABLE public.grown (id text PRIMARY KEY, v int)");
            database.execute("INSERT INTO public.grown VALUES ('id1', 1)");
            try (var other = database.dataSource().getConnection();
                    var db = LaneConnections.ofLane(database.of("public").direct(), settings)
                            .getConnection();
                    var lock = other.createStatement();
                    var wait = db.createStatement()) {
                other.setAutoCommit(false);
                db.setAutoCommit(false);
                lock.execute("SELECT FROM public.grown FOR UPDATE");

                assertThatThrownBy(() -> wait.execute("UPDATE public.grown SET v = 2"))
                        .extracting(e -> ((SQLException) e).getSQLState())
                        .isEqualTo("57014");
                db.rollback();
                assertThat(db.isValid(5)).isTrue();
                other.rollback();
            }
        }
    }

    /// Left to itself the server plans each of these anew: one for two rows looks cheaper than one for any number.
    @Test
    void a_plan_is_made_once_however_small_the_batches() throws Exception {
        try (var database = TestDatabase.fresh()) {
            database.execute("CREATE TABLE public.grown (id text PRIMARY KEY, v int)");
            database.execute("INSERT INTO public.grown (id, v) SELECT 'id' || g, 0 FROM generate_series(1, 1000) g");
            try (var db = LaneConnections.ofLane(database.of("public").direct(), SETTINGS)
                    .getConnection()) {
                for (int i = 0; i < OFTEN; i++) {
                    batch(db);
                }
                assertThat(one(
                                db,
                                "SELECT sum(generic_plans) FROM pg_prepared_statements WHERE statement LIKE '%grown%'"))
                        .isPositive();
                assertThat(one(
                                db,
                                "SELECT sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%grown%'"))
                        .isZero();
            }
        }
    }

    private static long one(Connection db, String sql) throws SQLException {
        try (var statement = db.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void batch(Connection db) throws SQLException {
        try (var lock = db.prepareStatement(LOCK);
                var write = db.prepareStatement(WRITE)) {
            var ids = db.createArrayOf("text", new String[] {"id1", "id2"});
            lock.setArray(1, ids);
            lock.executeQuery().close();
            write.setArray(1, ids);
            write.setArray(2, db.createArrayOf("int4", new Integer[] {1, 2}));
            write.executeUpdate();
        }
    }

    private static long scans(Connection db) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute("SELECT pg_stat_force_next_flush()");
            try (var result =
                    statement.executeQuery("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'grown'")) {
                result.next();
                return result.getLong(1);
            }
        }
    }
}
