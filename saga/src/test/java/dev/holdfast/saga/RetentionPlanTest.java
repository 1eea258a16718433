package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Forty ranges: each saga is looked for in one of them.
class RetentionPlanTest {

    private static final Duration DAY = Duration.ofDays(1);
    private static final Instant FIRST = Instant.parse("2030-01-01T00:00:00Z");
    private static final String ID = RetentionSettings.bound("t_", FIRST.plus(DAY.multipliedBy(17)));
    private static final Pattern SCANNED = Pattern.compile(" on (saga_\\w+) .*\\(actual .* loops=[1-9]");
    private static final Pattern NEVER = Pattern.compile("never executed");

    private final TestPostgres postgres = TestPostgres.withSagaTables();

    @BeforeEach
    void make_forty_ranges() {
        Database.inTransaction(postgres.dataSource(), db -> {
            var partitions = new SagaPartitions(db);
            for (int i = 0; i < 40; i++) {
                var from = FIRST.plus(DAY.multipliedBy(i));
                partitions.create("_p" + i);
                partitions.attach(
                        "_p" + i, RetentionSettings.bound("t_", from), RetentionSettings.bound("t_", from.plus(DAY)));
            }
            return null;
        });
    }

    @Test
    void an_append_touches_the_range_of_its_saga_and_no_other() {
        var plan = explain(
                LogWrites.APPEND,
                "1, ARRAY ['%s'], ARRAY [0], ARRAY [1], ARRAY ['seat'], ARRAY ['DONE'], ARRAY [0], ARRAY [0], ARRAY ['{}'],"
                        + " ARRAY [0], ARRAY [0]");

        assertThat(scanned(plan)).containsExactly("saga_steps_p17");
        assertThat(plan).filteredOn(NEVER.asPredicate()).hasSize(40);
    }

    @Test
    void a_change_of_a_sagas_row_touches_the_range_of_the_saga_and_no_other() {
        Database.inTransaction(postgres.dataSource(), db -> {
            db.createStatement().execute("""
                    INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at,
                                                updated_at)
                    VALUES ('%s', 'trip', 1, 'STARTED', '{}', 'a', 1, now(), now())
                    """.formatted(ID));
            return null;
        });
        var plan = explain(ChangeWrites.CHANGE_ROW, "ARRAY ['%s'], ARRAY ['COMPLETED'], ARRAY [false], ARRAY [0]");

        assertThat(scanned(plan)).containsExactly("saga_runs_p17");
        assertThat(plan).filteredOn(NEVER.asPredicate()).hasSize(40);
    }

    @Test
    void a_saga_is_read_from_its_range_and_no_other() {
        assertThat(scanned(explain(SagaReads.FIND, "'%s'"))).containsExactly("saga_runs_p17");
        assertThat(scanned(explain(SagaReads.LOG, "'%s'"))).containsExactly("saga_steps_p17");
    }

    /// Also while nothing else is put down, parked or in flight: an index of those is empty then, and the plan is
    /// used when it is not.
    @Test
    void what_is_picked_up_claimed_parked_or_signalled_is_looked_for_in_its_range_by_its_id() {
        Database.inTransaction(postgres.dataSource(), db -> {
            execute(db, "INSERT INTO saga.saga_nodes (node, epoch) VALUES ('other', 7)");
            execute(db, """
                    INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, wake_at, parked,
                                                created_at, updated_at)
                    VALUES ('%s', 'trip', 1, 'STARTED', '{}', 'other', 7, now(), 'UNKNOWN', now(), now())
                    """.formatted(ID));
            return null;
        });
        assertThat(runs(explain(WaitWrites.PICK_UP, "ARRAY ['%s'], 'other', 7")))
                .containsExactly("saga_runs_p17");
        assertThat(runs(explain(ParkedWrites.CLAIM, "ARRAY ['%s'], 'a', 1"))).containsExactly("saga_runs_p17");
        assertThat(runs(explain(SignalWrites.TELL_OWNERS, "ARRAY ['%s'], 'a', 1")))
                .containsExactly("saga_runs_p17");
        assertThat(runs(explain(ParkedWrites.PARK, "ARRAY ['%s'], ARRAY ['UNKNOWN'], ARRAY ['why'], 'other', 7")))
                .containsExactly("saga_runs_p17");
        assertThat(runs(explain(
                        SignalWrites.SEND,
                        "ARRAY ['%s'], ARRAY ['key'], ARRAY ['go'], ARRAY [''], ARRAY ['a'], ARRAY [0]")))
                .containsExactly("saga_runs_p17");
    }

    private static Set<String> runs(List<String> plan) {
        var runs = scanned(plan);
        runs.removeIf(table -> !table.startsWith("saga_runs_p") && !table.startsWith("saga_runs_default"));
        return runs;
    }

    /// As the lane runs it: planned once, without knowing which saga, and by the lane's settings.
    private List<String> explain(String sql, String values) {
        return Database.inTransaction(postgres.dataSource(), db -> {
            execute(db, "SET LOCAL plan_cache_mode = force_generic_plan");
            execute(db, "SET LOCAL enable_seqscan = off");
            execute(db, "SET LOCAL enable_hashjoin = off");
            execute(db, "SET LOCAL enable_mergejoin = off");
            var numbered = new StringBuilder();
            int parameter = 0;
            for (var part : (sql + " ").split("\\?")) {
                numbered.append(parameter++ == 0 ? "" : "$" + (parameter - 1)).append(part);
            }
            execute(db, "PREPARE told AS " + numbered);
            return lines(db, "EXPLAIN (ANALYZE, COSTS off, TIMING off) EXECUTE told (" + values.formatted(ID) + ")");
        });
    }

    /// Those of which a row was looked for, by whatever index.
    private static Set<String> scanned(List<String> plan) {
        var scanned = new TreeSet<String>();
        for (var line : plan) {
            var on = SCANNED.matcher(line);
            if (on.find() && line.contains("Scan")) {
                scanned.add(on.group(1));
            }
        }
        return scanned;
    }

    private static void execute(Connection db, String sql) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> lines(Connection db, String sql) throws SQLException {
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(sql)) {
            var lines = new ArrayList<String>();
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
            return lines;
        }
    }
}
