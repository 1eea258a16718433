package dev.holdfast.inventory;

import dev.holdfast.groupcommit.Write;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.inventory.InventoryCommand.Keyed;
import dev.holdfast.inventory.Outcome.Changed;
import dev.holdfast.platform.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The guard of keyed changes: `inventory.stock_changes`. Claimed after the reservations and before stock, in key
/// order. Stateless.
final class ChangeTable {

    /// @param answer null: claimed by this batch and free still (a row without an answer is never committed), so
    ///     its hash binds nobody: the command that claimed it may be refused, and then the next one has the key
    record Change(String key, String hash, Changed answer) {}

    private static final String CLAIM = """
            INSERT INTO inventory.stock_changes (idempotency_key, request_hash, answer, created_at)
            SELECT n.idempotency_key, n.request_hash, NULL, ?
              FROM unnest(?::text[], ?::text[]) AS n (idempotency_key, request_hash)
             ORDER BY n.idempotency_key
                ON CONFLICT ON CONSTRAINT stock_changes_pk DO NOTHING
            """;

    private static final String LOCK = """
            SELECT idempotency_key, request_hash, answer
              FROM inventory.stock_changes
             WHERE idempotency_key = ANY (?)
             ORDER BY idempotency_key
               FOR UPDATE
            """;

    private static final String ANSWER = """
            UPDATE inventory.stock_changes c
               SET request_hash = n.request_hash, answer = n.answer::jsonb
              FROM unnest(?::text[], ?::text[], ?::text[]) AS n (idempotency_key, request_hash, answer)
             WHERE c.idempotency_key = n.idempotency_key
               AND c.answer IS NULL
            """;

    private static final String WITHDRAW = """
            DELETE FROM inventory.stock_changes WHERE idempotency_key = ANY (?) AND answer IS NULL
            """;

    /// Claims the keys and locks them, whoever claimed first.
    Map<String, Change> claim(Connection db, Collection<Keyed> commands, Instant now) throws SQLException {
        var changes = new HashMap<String, Change>();
        if (commands.isEmpty()) {
            return changes;
        }
        try (var statement = db.prepareStatement(CLAIM)) {
            SqlArrays.time(statement, 1, now);
            SqlArrays.text(statement, 2, commands, Keyed::key);
            SqlArrays.text(statement, 3, commands, Keyed::hash);
            statement.executeUpdate();
        }
        try (var statement = db.prepareStatement(LOCK)) {
            SqlArrays.text(statement, 1, commands, Keyed::key);
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    var answer = result.getString(3);
                    var change = new Change(
                            result.getString(1),
                            result.getString(2),
                            answer == null ? null : Json.read(answer, Changed.class));
                    changes.put(change.key(), change);
                }
            }
        }
        return changes;
    }

    /// The rows are this batch's own claims: a count that is off is a defect, and nothing of it may stay.
    void answer(Connection db, List<Change> decided) throws SQLException {
        if (!decided.isEmpty()) {
            var parameters = List.of(
                    SqlArrays.text(db, decided, Change::key),
                    SqlArrays.text(db, decided, Change::hash),
                    SqlArrays.text(db, decided, change -> Json.write(change.answer())));
            Writes.of(db).add(Write.of(ANSWER, parameters).touching(decided.size()));
        }
    }

    /// Takes claims back whose change was refused: a no that created nothing does not use the key up.
    void withdraw(Connection db, List<String> keys) throws SQLException {
        if (!keys.isEmpty()) {
            var parameters = List.of(SqlArrays.text(db, keys, key -> key));
            Writes.of(db).add(Write.of(WITHDRAW, parameters).touching(keys.size()));
        }
    }
}
