package dev.holdfast.inventory;

import dev.holdfast.groupcommit.Write;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.inventory.ReservationRow.Refusal;
import dev.holdfast.inventory.ReservationRow.Version;
import dev.holdfast.platform.Json;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The statements on `inventory.reservations`, each over a whole batch. Stateless.
final class ReservationTable {

    static final String COLUMNS = """
            reservation_id, saga_id, idempotency_key, request_hash, status, expires_at, event_seq, lines, refusal
            """;

    /// In key order: two batches that claim the same keys wait for each other and do not deadlock.
    private static final String INSERT = """
            INSERT INTO inventory.reservations
                   (reservation_id, saga_id, idempotency_key, request_hash, status, expires_at, event_seq, lines,
                    refusal, created_at, updated_at)
            SELECT n.reservation_id, n.saga_id, n.idempotency_key, n.request_hash, n.status,
                   timestamptz 'epoch' + n.expires_at * interval '1 microsecond', n.event_seq, n.lines,
                   n.refusal::jsonb, t.now, t.now
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::text[],
                          ?::text[])
                   AS n (reservation_id, saga_id, idempotency_key, request_hash, status, expires_at, event_seq, lines,
                         refusal)
             CROSS JOIN (SELECT ?::timestamptz AS now) t
             ORDER BY n.reservation_id
                ON CONFLICT ON CONSTRAINT reservations_pk DO NOTHING
            """;

    private static final String CLAIM = INSERT + "RETURNING reservation_id";

    private static final String LOCK = "SELECT " + COLUMNS + """
                 , xmin::text
              FROM inventory.reservations
             WHERE reservation_id = ANY (?)
             ORDER BY reservation_id
               FOR UPDATE
            """;

    private static final String FIND_OF_SAGAS = """
            SELECT reservation_id
              FROM inventory.reservations
             WHERE saga_id = ANY (?)
            """;

    /// Whether any of these is there.
    private static final String EXIST = """
            SELECT EXISTS (SELECT FROM inventory.reservations WHERE reservation_id = ANY (?))
            """;

    /// Lapsed holds of certain products: first the few that have lapsed at all, then their lines. The few are
    /// materialized so that they are found by the index of deadlines: in one statement with the LIMIT, the planner
    /// preferred to walk every reservation there ever was in the order of the ids, and this runs whenever a product
    /// is scarce.
    private static final String FIND_LAPSED = """
            WITH lapsed AS MATERIALIZED (
                SELECT reservation_id, lines
                  FROM inventory.reservations
                 WHERE expires_at <= ?
            )
            SELECT DISTINCT split_part(line, E'\\t', 1) AS product_id, r.reservation_id
              FROM lapsed r
             CROSS JOIN LATERAL string_to_table(r.lines, E'\\n') AS line
             WHERE split_part(line, E'\\t', 1) = ANY (?)
             LIMIT 500
            """;

    /// What most steps change, and no more: pinning, committing, releasing and expiring a hold write neither its
    /// lines nor its keys again, so the new version of the row is made from the old one and not from what travels
    /// here, and the log has the difference only. Only where the row still is the version that was decided on:
    /// whoever wrote it since has left another `xmin`.
    private static final String MOVE = """
            UPDATE inventory.reservations r
               SET status = n.status, expires_at = timestamptz 'epoch' + n.expires_at * interval '1 microsecond',
                   event_seq = n.event_seq, updated_at = ?
              FROM unnest(?::text[], ?::int[], ?::text[], ?::bigint[], ?::bigint[])
                   AS n (reservation_id, written_by, status, expires_at, event_seq)
             WHERE r.reservation_id = n.reservation_id
               AND r.xmin = n.written_by
            """;

    /// The whole row. The saga is written too, though it never changes once it is committed: a claim that its own
    /// command did not use may be used by the next one of the batch, of another saga.
    private static final String UPDATE = """
            UPDATE inventory.reservations r
               SET saga_id = n.saga_id, idempotency_key = n.idempotency_key, request_hash = n.request_hash,
                   status = n.status, expires_at = timestamptz 'epoch' + n.expires_at * interval '1 microsecond',
                   event_seq = n.event_seq, lines = n.lines, refusal = n.refusal::jsonb, updated_at = t.now
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::text[],
                          ?::text[])
                   AS n (reservation_id, saga_id, idempotency_key, request_hash, status, expires_at, event_seq, lines,
                         refusal)
             CROSS JOIN (SELECT ?::timestamptz AS now) t
             WHERE r.reservation_id = n.reservation_id
            """;

    private static final String WITHDRAW = """
            DELETE FROM inventory.reservations WHERE reservation_id = ANY (?)
            """;

    /// Inserts the rows whose ids are still free.
    ///
    /// @return the ids inserted; they are this transaction's own now
    Set<String> claim(Connection db, Collection<ReservationRow> rows, Instant now) throws SQLException {
        var claimed = new HashSet<String>();
        if (rows.isEmpty()) {
            return claimed;
        }
        try (var statement = db.prepareStatement(CLAIM)) {
            int parameter = 0;
            for (var value : parameters(db, rows, now)) {
                statement.setObject(++parameter, value);
            }
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    claimed.add(result.getString(1));
                }
            }
        }
        return claimed;
    }

    Map<String, Version> lock(Connection db, Collection<String> ids) throws SQLException {
        var rows = new HashMap<String, Version>();
        if (ids.isEmpty()) {
            return rows;
        }
        try (var statement = db.prepareStatement(LOCK)) {
            SqlArrays.text(statement, 1, ids);
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    var row = read(result);
                    rows.put(row.id(), new Version(row, SqlArrays.transaction(result.getString(10))));
                }
            }
        }
        return rows;
    }

    boolean anyOf(Connection db, Collection<String> ids) throws SQLException {
        if (ids.isEmpty()) {
            return false;
        }
        try (var statement = db.prepareStatement(EXIST)) {
            SqlArrays.text(statement, 1, ids);
            try (var result = statement.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    /// A row's saga never changes, so what is found here can be locked afterwards by id.
    List<String> ofSagas(Connection db, Collection<String> sagaIds) throws SQLException {
        var found = new ArrayList<String>();
        if (sagaIds.isEmpty()) {
            return found;
        }
        try (var statement = db.prepareStatement(FIND_OF_SAGAS)) {
            SqlArrays.text(statement, 1, sagaIds);
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    found.add(result.getString(1));
                }
            }
        }
        return found;
    }

    /// @return reservations by product, a part of them when there are very many
    Map<String, Set<String>> lapsed(Connection db, Collection<String> productIds, Instant now) throws SQLException {
        var found = new HashMap<String, Set<String>>();
        if (productIds.isEmpty()) {
            return found;
        }
        try (var statement = db.prepareStatement(FIND_LAPSED)) {
            SqlArrays.time(statement, 1, now);
            SqlArrays.text(statement, 2, productIds);
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    found.computeIfAbsent(result.getString(1), _ -> new HashSet<>())
                            .add(result.getString(2));
                }
            }
        }
        return found;
    }

    /// Writes status, deadline and count of events; of rows in which nothing else changed.
    ///
    /// @param rows in key order: those that were recalled are locked only now; each with the version of it that was
    ///     decided on
    /// @param missed to be run if one is not; the error is [StaleRows]
    void move(Connection db, List<Version> rows, Instant now, Runnable missed) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        var parameters = List.of(
                SqlArrays.time(now),
                SqlArrays.text(db, rows, one -> one.row().id()),
                SqlArrays.ints(db, rows, Version::writtenBy),
                SqlArrays.text(db, rows, one -> one.row().status().code()),
                SqlArrays.times(db, rows, one -> one.row().expiresAt()),
                SqlArrays.bigint(db, rows, one -> one.row().eventSeq()));
        Writes.of(db)
                .add(Write.of(MOVE, parameters)
                        .touching(rows.size())
                        .telling(failure -> StaleRows.or(failure, "reservations", missed)));
    }

    void update(Connection db, List<ReservationRow> rows, Instant now) throws SQLException {
        if (!rows.isEmpty()) {
            Writes.of(db).add(Write.of(UPDATE, parameters(db, rows, now)).touching(rows.size()));
        }
    }

    /// Inserts rows whose ids are free.
    void insert(Connection db, List<ReservationRow> rows, Instant now) throws SQLException {
        if (!rows.isEmpty()) {
            Writes.of(db).add(Write.of(INSERT, parameters(db, rows, now)).touching(rows.size()));
        }
    }

    /// Takes claims back that were not decided: nothing is recorded of them.
    void withdraw(Connection db, List<String> ids) throws SQLException {
        if (!ids.isEmpty()) {
            var parameters = List.of(SqlArrays.text(db, ids, id -> id));
            Writes.of(db).add(Write.of(WITHDRAW, parameters).touching(ids.size()));
        }
    }

    /// @param result its first columns are [#COLUMNS]
    static ReservationRow read(ResultSet result) throws SQLException {
        var refusal = result.getString(9);
        return new ReservationRow(
                result.getString(1),
                result.getString(2),
                result.getString(3),
                result.getString(4),
                Status.of(result.getString(5)),
                SqlArrays.instant(result.getObject(6, OffsetDateTime.class)),
                result.getLong(7),
                Lines.read(result.getString(8)),
                refusal == null ? null : Json.read(refusal, Refusal.class));
    }

    private static List<Object> parameters(Connection db, Collection<ReservationRow> rows, Instant now)
            throws SQLException {
        return List.of(
                SqlArrays.text(db, rows, ReservationRow::id),
                SqlArrays.text(db, rows, ReservationRow::sagaId),
                SqlArrays.text(db, rows, ReservationRow::key),
                SqlArrays.text(db, rows, ReservationRow::hash),
                SqlArrays.text(db, rows, row -> row.status().code()),
                SqlArrays.times(db, rows, ReservationRow::expiresAt),
                SqlArrays.bigint(db, rows, ReservationRow::eventSeq),
                SqlArrays.text(db, rows, row -> Lines.write(row.lines())),
                SqlArrays.text(db, rows, row -> row.refusal() == null ? null : Json.write(row.refusal())),
                SqlArrays.time(now));
    }
}
