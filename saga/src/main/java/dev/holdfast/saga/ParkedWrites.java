package dev.holdfast.saga;

import dev.holdfast.saga.Command.Claim;
import dev.holdfast.saga.Command.Park;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// Gives sagas up, and claims what others have given up.
///
/// A saga whose `parked` is not null is run by nobody: its owner set it as its last act on it. A claim clears it
/// and makes the claimer the owner, in one statement under the row's lock, so of two claimers, the owner among
/// them, one wins and the other finds nothing. Run again after a lost COMMIT both change nothing more.
final class ParkedWrites {

    /// Orders to retry it are answered: it was tried, or nobody could. One that is left open would be an order to
    /// try it again, at every look.
    ///
    /// By the ids, like a claim.
    static final String PARK = """
            WITH parked AS (
                UPDATE saga.saga_runs AS r
                   SET parked = p.why
                  FROM unnest(?::text[], ?::text[], ?::text[]) AS p(saga_id, why, cause)
                 WHERE r.saga_id = p.saga_id AND r.node = ? AND r.epoch = ?
                   AND r.status NOT IN ('COMPLETED', 'FAILED')
                RETURNING r.saga_id, p.cause
            )
            UPDATE saga.saga_signals AS s
               SET taken_seq = (SELECT coalesce(max(l.seq), 0) FROM saga.saga_steps AS l WHERE l.saga_id = s.saga_id),
                   outcome = p.cause
              FROM parked AS p
             WHERE s.saga_id = p.saga_id AND s.name = '$retry' AND num_nulls(s.taken_seq) = 1
            """;

    /// Told to everybody else: one of them may know what this release does not. In order, as every batch does it.
    private static final String TELL_OTHERS = """
            WITH others AS (
                SELECT node, epoch
                  FROM saga.saga_nodes
                 WHERE (node, epoch) <> (?, ?)
                 ORDER BY node, epoch
                   FOR NO KEY UPDATE
            )
            UPDATE saga.saga_nodes AS n
               SET mail = n.mail + 1
              FROM others AS o
             WHERE n.node = o.node AND n.epoch = o.epoch
            """;

    /// What another is claiming at this moment is its, and not waited for. Each is looked for by its id, and not by
    /// an index of what is in flight or parked: the plan may be made while that is empty.
    static final String CLAIM = """
            WITH mine AS (
                SELECT found.saga_id
                  FROM (SELECT saga_id FROM unnest(?::text[]) AS w(saga_id) ORDER BY saga_id COLLATE "C") AS wanted
                 CROSS JOIN LATERAL (SELECT r.saga_id
                                       FROM saga.saga_runs AS r
                                      WHERE r.saga_id = wanted.saga_id
                                        AND num_nulls(r.parked) = 0
                                        AND r.status IN ('STARTED', 'COMPENSATING')
                                        FOR UPDATE SKIP LOCKED) AS found
            )
            UPDATE saga.saga_runs AS r
               SET node = ?, epoch = ?, parked = NULL
              FROM mine AS m
             WHERE r.saga_id = m.saga_id
            """;

    private final Connection db;
    private final NodeId node;

    ParkedWrites(Connection db, NodeId node) {
        this.db = db;
        this.node = node;
    }

    void park(List<Park> parks) throws SQLException {
        if (parks.isEmpty()) {
            return;
        }
        new RowSet<>(db, PARK, parks)
                .texts(Park::sagaId)
                .texts(park -> park.why().name())
                .texts(Park::cause)
                .value(node.name())
                .value(node.epoch())
                .run();
        if (parks.stream().anyMatch(park -> park.why() == Command.Parked.UNKNOWN)) {
            try (var tell = db.prepareStatement(TELL_OTHERS)) {
                tell.setString(1, node.name());
                tell.setLong(2, node.epoch());
                tell.executeUpdate();
            }
        }
    }

    void claim(List<Claim> claims) throws SQLException {
        if (claims.isEmpty()) {
            return;
        }
        var ids = claims.stream().flatMap(claim -> claim.sagaIds().stream()).toArray();
        try (var statement = db.prepareStatement(CLAIM)) {
            statement.setArray(1, db.createArrayOf("text", ids));
            statement.setString(2, node.name());
            statement.setLong(3, node.epoch());
            statement.executeUpdate();
        }
    }
}
