package dev.holdfast.platform.events;

import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the partitions of one outbox: new ones ahead of time, old and empty ones dropped.
///
/// Writers come first. Attaching takes a lock on the parent that writers do not mind; dropping needs one that shuts
/// them out, so it is only taken when it can be had at once, and held for as long as it takes to look at an empty
/// table and unlink its files. A lock that is waited for would make every writer behind it wait too.
final class OutboxPartitions {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxPartitions.class);
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'outbox_p'yyyyMMdd_HHmm").withZone(ZoneOffset.UTC);
    private static final int TRIES = 20;

    /// `lock_not_available`, `deadlock_detected`: somebody uses the table, another time.
    private static final Set<String> IN_USE = Set.of("55P03", "40P01");

    /// `invalid_object_definition`: the span overlaps one of another length; `check_violation`: the default
    /// partition has rows of that span, which are delivered from there.
    private static final Set<String> NOT_NOW = Set.of("42P17", "23514");

    private static final String ONE_AT_A_TIME =
            "SELECT pg_try_advisory_xact_lock(hashtext('holdfast partitions'), hashtext(?))";

    private static final String CLOCK = "SELECT clock_timestamp()";

    private static final String EXISTS = "SELECT to_regclass(?) IS NOT NULL";

    /// Attaching looks through the default partition with this lock; taken without waiting, because relays would
    /// queue up behind one that waits.
    private static final String LOCK_DEFAULT = """
            LOCK TABLE ONLY ${schema}.outbox_default IN ACCESS EXCLUSIVE MODE NOWAIT
            """;

    /// Made beside the parent and attached, not created as its partition: that would lock writers out. Every row
    /// dies young, so vacuum comes by count, not by share of the table.
    private static final String CREATE = """
            CREATE TABLE ${schema}.${partition} (
                LIKE ${schema}.outbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE
            ) WITH (
                autovacuum_vacuum_scale_factor = 0,
                autovacuum_vacuum_threshold = 20000,
                autovacuum_vacuum_insert_threshold = -1
            )
            """;

    private static final String ATTACH = """
            ALTER TABLE ${schema}.outbox
             ATTACH PARTITION ${schema}.${partition} FOR VALUES FROM ('${from}') TO ('${to}')
            """;

    /// The upper bound is read from the catalogue, not from the name: the length may have been another one.
    private static final String OLD = """
            SELECT c.relname
              FROM pg_inherits AS i
              JOIN pg_class AS c ON c.oid = i.inhrelid
             WHERE i.inhparent = '${schema}.outbox'::regclass
               AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''(.*)''\\)')::timestamptz <= ?
             ORDER BY c.relname
            """;

    private static final String IS_EMPTY = "SELECT NOT EXISTS (SELECT FROM ${schema}.${partition})";

    /// All that DROP will lock, so that it waits for nothing (a vacuum of the partition) once the parent is shut.
    private static final String LOCK = """
            LOCK TABLE ONLY ${schema}.outbox, ONLY ${schema}.outbox_default, ONLY ${schema}.${partition}
                    IN ACCESS EXCLUSIVE MODE NOWAIT
            """;

    private static final String DROP = "DROP TABLE ${schema}.${partition}";

    private final ServiceDatabase database;
    private final String schema;
    private final EventSettings settings;

    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }

    OutboxPartitions(ServiceDatabase database, EventSettings settings) {
        this.database = database;
        this.schema = database.schema();
        this.settings = settings;
    }

    /// What is due by the database's clock. Two nodes at once: one does it, the other has nothing to do.
    void rotate() throws SQLException {
        try (var db = database.direct().getConnection()) {
            db.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            db.setAutoCommit(false);
            var now = ask(db, CLOCK, null, OffsetDateTime.class).toInstant();
            db.rollback();
            rotate(db, now);
        }
    }

    /// A partition is kept for one more span after its own, so that a transaction which began in it can still write
    /// there. One that is later still finds the default partition.
    void rotate(Connection db, Instant now) throws SQLException {
        execute(db, "SET lock_timeout = '100ms'");
        db.commit();
        for (int ahead = 0; ahead <= settings.partitionsAhead(); ahead++) {
            create(db, now, ahead);
        }
        for (var partition : old(db, now.minus(settings.partition()))) {
            drop(db, partition);
        }
    }

    private void create(Connection db, Instant now, int ahead) throws SQLException {
        var span = settings.partition();
        long start = Math.floorDiv(now.getEpochSecond(), span.toSeconds()) + ahead;
        var from = Instant.ofEpochSecond(start * span.toSeconds());
        var partition = NAME.format(from);
        try {
            attempt(db, () -> {
                if (!ask(db, EXISTS, schema + "." + partition, Boolean.class)) {
                    execute(db, of(partition, CREATE));
                    execute(db, EventTables.in(schema, LOCK_DEFAULT));
                    execute(
                            db,
                            of(partition, ATTACH)
                                    .replace("${from}", from.toString())
                                    .replace("${to}", from.plus(span).toString()));
                }
            });
        } catch (SQLException e) {
            if (!NOT_NOW.contains(e.getSQLState())) {
                throw e;
            }
            LOG.warn("{}: {} not created, the default partition takes its rows: {}", schema, partition, e.getMessage());
        }
    }

    private void drop(Connection db, String partition) throws SQLException {
        attempt(db, () -> {
            if (ask(db, EXISTS, schema + "." + partition, Boolean.class) && isEmpty(db, partition)) {
                dropIfStillEmpty(db, partition);
            }
        });
    }

    /// A few tries: relays and lanes hold their locks for the length of a short transaction, and there are gaps
    /// between. Given up on, it is done at the next upkeep.
    private void attempt(Connection db, Work work) throws SQLException {
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                if (ask(db, ONE_AT_A_TIME, schema, Boolean.class)) {
                    work.run();
                }
                db.commit();
                return;
            } catch (SQLException e) {
                db.rollback();
                if (!IN_USE.contains(e.getSQLState())) {
                    throw e;
                }
            }
        }
    }

    /// Under the lock nobody can have written and not committed, and READ COMMITTED gives the second look a
    /// snapshot taken after the lock was: what is empty now stays empty.
    private void dropIfStillEmpty(Connection db, String partition) throws SQLException {
        execute(db, of(partition, LOCK));
        if (isEmpty(db, partition)) {
            execute(db, of(partition, DROP));
        }
    }

    private boolean isEmpty(Connection db, String partition) throws SQLException {
        return ask(db, of(partition, IS_EMPTY), null, Boolean.class);
    }

    private List<String> old(Connection db, Instant before) throws SQLException {
        try (var statement = db.prepareStatement(EventTables.in(schema, OLD))) {
            statement.setObject(1, before.atOffset(ZoneOffset.UTC));
            var old = new ArrayList<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    old.add(rows.getString(1));
                }
            }
            db.rollback();
            return old;
        }
    }

    private String of(String partition, String sql) {
        return EventTables.in(schema, sql).replace("${partition}", partition);
    }

    private static void execute(Connection db, String sql) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(sql);
        }
    }

    private static <T> T ask(Connection db, String sql, String argument, Class<T> type) throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            if (argument != null) {
                statement.setString(1, argument);
            }
            try (var answer = statement.executeQuery()) {
                answer.next();
                return answer.getObject(1, type);
            }
        }
    }
}
