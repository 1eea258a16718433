package dev.holdfast.bench.crash;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Watches, in the tables, what becomes of the sagas of a node that was struck.
///
/// What counts is the log: a saga has moved when its last row was written by another life of a node, or it has
/// ended. The epoch in each row tells.
final class Widow {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(25);

    /// By the process: it is part of a name that a process gives itself.
    private static final String NODE_OF = """
            SELECT node, epoch
              FROM saga.saga_nodes
             WHERE node LIKE '%-' || ? || '-%'
             ORDER BY epoch DESC
             LIMIT 1
            """;

    private static final String ITS_SAGAS = """
            SELECT saga_id
              FROM saga.saga_runs
             WHERE status IN ('STARTED', 'COMPENSATING') AND node = ? AND epoch = ?
            """;

    private static final String STANDING = """
            SELECT count(*)
              FROM saga.saga_runs AS r
             WHERE r.saga_id = ANY (?)
               AND r.status IN ('STARTED', 'COMPENSATING')
               AND ? = coalesce((SELECT s.epoch
                                   FROM saga.saga_steps AS s
                                  WHERE s.saga_id = r.saga_id
                                  ORDER BY s.seq DESC
                                  LIMIT 1), ?)
            """;

    private final ShopPostgres postgres;
    private final String name;
    private final long epoch;

    private Widow(ShopPostgres postgres, String name, long epoch) {
        this.postgres = postgres;
        this.name = name;
        this.epoch = epoch;
    }

    /// To be called before the blow.
    ///
    /// @throws IOException the process has no node yet
    static Widow of(long pid, ShopPostgres postgres) throws IOException, SQLException, InterruptedException {
        try (var db = postgres.connect();
                var find = db.prepareStatement(NODE_OF)) {
            find.setString(1, Long.toString(pid));
            try (var row = find.executeQuery()) {
                if (!row.next()) {
                    throw new IOException("process " + pid + " has no node");
                }
                return new Widow(postgres, row.getString(1), row.getLong(2));
            }
        }
    }

    /// Waits until everything has moved.
    ///
    /// @param struckNanos when the blow was
    Takeover watch(String blow, long struckNanos) throws IOException, SQLException, InterruptedException {
        try (var db = postgres.connect()) {
            var sagas = itsSagas(db);
            var ids = db.createArrayOf("text", sagas.toArray());
            while (System.nanoTime() - struckNanos < PATIENCE.toNanos()) {
                if (standing(db, ids) == 0) {
                    return told(blow, sagas.size(), Duration.ofNanos(System.nanoTime() - struckNanos));
                }
                Thread.sleep(LOOK_EVERY);
            }
            return told(blow, sagas.size(), null);
        }
    }

    /// Sagas that are its own and in flight, now.
    int inFlight() throws IOException, SQLException, InterruptedException {
        try (var db = postgres.connect()) {
            return itsSagas(db).size();
        }
    }

    private Takeover told(String blow, int sagas, Duration moving) {
        return Takeover.now(name + "#" + epoch, blow, sagas, moving);
    }

    private List<String> itsSagas(Connection db) throws SQLException {
        try (var find = db.prepareStatement(ITS_SAGAS)) {
            find.setString(1, name);
            find.setLong(2, epoch);
            var sagas = new ArrayList<String>();
            try (var rows = find.executeQuery()) {
                while (rows.next()) {
                    sagas.add(rows.getString(1));
                }
            }
            return sagas;
        }
    }

    private long standing(Connection db, java.sql.Array ids) throws SQLException {
        try (var count = db.prepareStatement(STANDING)) {
            count.setArray(1, ids);
            count.setLong(2, epoch);
            count.setLong(3, epoch);
            try (var row = count.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
