package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/// Deletes in small sets what cannot go by the range: start keys, and the few sagas that were moved.
///
/// Each set is a transaction of its own and a short one, because a start that brings a key which is just being
/// deleted waits for it. A process that dies between two sets has left nothing half done; two nodes at once share
/// the work.
final class SagaPruning {

    private static final int KEYS_AT_ONCE = 2_000;
    private static final int SAGAS_AT_ONCE = 200;

    /// Per round, so that a round ends.
    private static final int MOST_SETS = 1_000;

    /// A key stays with a saga that has not ended, however long ago it expired: it is what keeps a repeated request
    /// from starting another one. The key of a child stays until its parent has ended, which starts it again at
    /// each attempt of its step. Rows that another node is deleting are passed over.
    private static final String PRUNE_KEYS = """
            DELETE FROM saga.saga_start_keys AS k
             WHERE k.ctid = ANY (ARRAY (
                   SELECT old.ctid
                     FROM saga.saga_start_keys AS old
                    WHERE old.expires_at < ?
                      AND NOT EXISTS (SELECT
                                        FROM saga.saga_runs AS r
                                       WHERE r.saga_id = old.saga_id AND r.status IN ('STARTED', 'COMPENSATING'))
                      AND NOT EXISTS (SELECT
                                        FROM saga.saga_runs AS child
                                        JOIN saga.saga_runs AS r ON r.saga_id = split_part(child.parent, ' ', 1)
                                       WHERE child.saga_id = old.saga_id AND child.parent IS NOT NULL
                                         AND r.status IN ('STARTED', 'COMPENSATING'))
                    ORDER BY old.expires_at
                    LIMIT ?
                      FOR UPDATE SKIP LOCKED))
            """;

    /// What has ended is written by nobody any more, so what is found is what is deleted.
    private static final String PRUNE_SAGAS = """
            WITH gone AS (
                SELECT r.saga_id
                  FROM saga.saga_runs_default AS r
                 WHERE r.saga_id >= ? AND r.saga_id < ?
                   AND r.status IN ('COMPLETED', 'FAILED') AND r.updated_at < ?
                   AND NOT EXISTS (SELECT
                                     FROM saga.saga_runs AS parent
                                    WHERE parent.saga_id = split_part(r.parent, ' ', 1)
                                      AND parent.status IN ('STARTED', 'COMPENSATING'))
                 ORDER BY r.saga_id
                 LIMIT ?
                   FOR UPDATE OF r SKIP LOCKED
            ), steps AS (
                DELETE FROM saga.saga_steps_default AS s USING gone WHERE s.saga_id = gone.saga_id
            ), tasks AS (
                DELETE FROM saga.saga_compensating_tasks_default AS t USING gone WHERE t.saga_id = gone.saga_id
            ), signals AS (
                DELETE FROM saga.saga_signals_default AS s USING gone WHERE s.saga_id = gone.saga_id
            )
            DELETE FROM saga.saga_runs_default AS r USING gone WHERE r.saga_id = gone.saga_id
            """;

    /// Plans for sets of a size: without it, a table is read for each.
    private static final String BY_INDEX = """
            SELECT set_config('enable_seqscan', 'off', true),
                   set_config('enable_hashjoin', 'off', true),
                   set_config('enable_mergejoin', 'off', true)
            """;

    private final DataSource dataSource;
    private final Duration lease;

    /// @param lease of the nodes
    SagaPruning(DataSource dataSource, Duration lease) {
        this.dataSource = dataSource;
        this.lease = lease;
    }

    /// @return how many keys were deleted
    long keys(Instant expiredBefore) {
        return inSets(KEYS_AT_ONCE, db -> {
            try (var prune = byIndex(db, PRUNE_KEYS)) {
                prune.setObject(1, expiredBefore.atOffset(ZoneOffset.UTC));
                prune.setInt(2, KEYS_AT_ONCE);
                return prune.executeUpdate();
            }
        });
    }

    /// Sagas of a prefix that lie in no range, began before a moment and have ended before it.
    ///
    /// @return how many were deleted
    long sagas(String prefix, Instant before) {
        var below = RetentionSettings.bound(prefix, before);
        return inSets(SAGAS_AT_ONCE, db -> {
            try (var prune = byIndex(db, PRUNE_SAGAS)) {
                prune.setString(1, prefix);
                prune.setString(2, below);
                prune.setObject(3, before.atOffset(ZoneOffset.UTC));
                prune.setInt(4, SAGAS_AT_ONCE);
                int pruned = prune.executeUpdate();
                if (pruned > 0) {
                    RetentionBooks.gone(db, prefix, below, pruned);
                }
                return pruned;
            }
        });
    }

    private long inSets(int size, Database.Work<Integer> set) {
        long all = 0;
        for (int sets = 0; sets < MOST_SETS; sets++) {
            int pruned = Database.inTransaction(dataSource, db -> {
                ShortLocks.endWhenFrozen(db, lease);
                return set.run(db);
            });
            all += pruned;
            if (pruned < size) {
                break;
            }
        }
        return all;
    }

    private static PreparedStatement byIndex(Connection db, String sql) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(BY_INDEX);
        }
        return db.prepareStatement(sql);
    }
}
