package dev.holdfast.testing;

import dev.holdfast.groupcommit.BatchWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// Runs a batch on a connection as a lane does: again when the first run was in vain.
public final class Rerun {

    private Rerun() {}

    /// Leaves the transaction open.
    public static <Q, R> List<R> run(BatchWork<Q, R> work, Connection db, List<Q> requests) throws SQLException {
        try {
            return work.run(db, requests);
        } catch (SQLException e) {
            if (!"40001".equals(e.getSQLState())) {
                throw e;
            }
            db.rollback();
            return work.run(db, requests);
        }
    }
}
