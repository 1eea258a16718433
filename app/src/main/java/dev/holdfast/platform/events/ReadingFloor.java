package dev.holdfast.platform.events;

import java.sql.Connection;
import java.sql.SQLException;

/// The id below which surely nothing is left to read, and nothing will ever appear.
///
/// It is not a cursor: having read id 9 says nothing of id 5, whose transaction may still be open. But reading from
/// zero every time means walking over the index entries of everything that was ever deleted and not yet vacuumed;
/// under load that soon costs more than the events. So the floor rises, by proof:
///
/// 1. Read the highest id handed out (`mark`), then, in a later statement, the end of the current snapshot
///    (`xmax`). A writer has its transaction id before its first row id ([JdbcOutbox]), so whoever owns an id up to
///    the mark has a transaction id below `xmax`.
/// 2. When a snapshot's oldest open transaction has reached `xmax`, all of those have ended: their rows are visible
///    or never will be.
/// 3. A read that begins after that and finds id `f` first proves that no undelivered row of its buckets lies below
///    both `f` and the mark.
///
/// Valid for one connection and one set of buckets: after a crash of the database, ids that were handed out but not
/// yet logged are handed out again, and a bucket that comes over has rows of its own below. Both start again at 0.
final class ReadingFloor {

    /// A sequence that has handed nothing out says 1 all the same.
    private static final String HIGHEST_ID =
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ${schema}.outbox_id_seq";
    private static final String SNAPSHOT_END = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text";
    private static final String ALL_ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ?::text::xid8";

    private final String highestId;
    private long floor;
    private long mark;
    private String snapshotEnd;
    private boolean proven;

    ReadingFloor(String schema) {
        this.highestId = EventTables.in(schema, HIGHEST_ID);
    }

    long value() {
        return floor;
    }

    /// Whether a row was written before the last [#advance] but one, so that nobody will hand it over any more.
    boolean isOld(long id) {
        return proven && id <= mark;
    }

    void reset() {
        floor = 0;
        snapshotEnd = null;
        proven = false;
    }

    /// Takes the next step of the proof; call it now and then, before a read.
    void advance(Connection db) throws SQLException {
        if (proven) {
            return;
        }
        if (snapshotEnd == null) {
            mark = Long.parseLong(ask(db, highestId, null));
            snapshotEnd = ask(db, SNAPSHOT_END, null);
        } else {
            proven = "t".equals(ask(db, ALL_ENDED, snapshotEnd));
        }
    }

    /// A read has found `firstId` as the lowest id that is still to be delivered, held-back ones included
    /// (`Long.MAX_VALUE`: none). Only to be told of reads that began after the last [#advance].
    void found(long firstId) {
        if (proven) {
            floor = Math.max(floor, Math.min(firstId - 1, mark));
            snapshotEnd = null;
            proven = false;
        }
    }

    private static String ask(Connection db, String sql, String argument) throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            if (argument != null) {
                statement.setString(1, argument);
            }
            try (var answer = statement.executeQuery()) {
                answer.next();
                return answer.getString(1);
            }
        }
    }
}
