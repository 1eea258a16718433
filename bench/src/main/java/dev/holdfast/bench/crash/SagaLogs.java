package dev.holdfast.bench.crash;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;

/// Prints the saga logs of the orders that findings are about.
final class SagaLogs {

    private static final int MOST_LOGS = 10;

    private static final String SAGA_LOG = """
            SELECT run.saga_id, run.status, log.seq, log.step, log.event, log.attempt, log.ended_at, log.detail
              FROM saga.saga_runs AS run
              LEFT JOIN saga.saga_steps AS log USING (saga_id)
             WHERE run.payload ->> 'order_id' = ? OR run.saga_id = ?
             ORDER BY run.saga_id, log.seq
            """;

    private final PrintStream out;

    SagaLogs(PrintStream out) {
        this.out = out;
    }

    /// @param grounds while their database still runs, if it does
    void tell(List<Finding> findings, Grounds grounds) {
        var orders = new LinkedHashSet<String>();
        findings.stream().map(Finding::orderId).filter(Objects::nonNull).forEach(orders::add);
        if (orders.isEmpty()) {
            return;
        }
        try (var db = grounds.postgres().connectNow()) {
            for (var order : orders.stream().limit(MOST_LOGS).toList()) {
                sagaLog(db, order);
            }
        } catch (IOException | SQLException e) {
            out.println("the saga logs cannot be read: " + e);
        }
    }

    private void sagaLog(Connection db, String order) throws SQLException {
        out.printf("%nsaga log of %s:%n", order);
        try (var read = db.prepareStatement(SAGA_LOG)) {
            read.setString(1, order);
            read.setString(2, order);
            try (var row = read.executeQuery()) {
                while (row.next()) {
                    out.printf(
                            "  %s %-12s %3d  %-22s %-14s %2d  %s  %s%n",
                            row.getString(1),
                            row.getString(2),
                            row.getInt(3),
                            row.getString(4),
                            row.getString(5),
                            row.getInt(6),
                            row.getString(7),
                            row.getString(8) == null ? "" : row.getString(8));
                }
            }
        }
    }
}
