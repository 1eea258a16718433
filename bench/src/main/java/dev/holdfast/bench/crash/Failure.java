package dev.holdfast.bench.crash;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Objects;

/// Tells of a broken round all that is needed to understand it and to run it again.
final class Failure {

    private static final int LAST_LINES = 60;
    private static final int MOST_LOGS = 10;

    private static final String SAGA_LOG = """
            SELECT run.saga_id, run.status, log.seq, log.step, log.event, log.attempt, log.ended_at, log.detail
              FROM saga.saga_runs AS run
              LEFT JOIN saga.saga_steps AS log USING (saga_id)
             WHERE run.payload ->> 'order_id' = ? OR run.saga_id = ?
             ORDER BY run.saga_id, log.seq
            """;

    private final CampaignSettings settings;
    private final PrintStream out;

    Failure(CampaignSettings settings, PrintStream out) {
        this.settings = settings;
        this.out = out;
    }

    /// @param grounds while its database still runs, if it does
    void tell(RoundResult round, Grounds grounds) throws IOException {
        out.printf(
                "%nBROKEN in round %d (seed %d): %s%n",
                round.number(), settings.seed(), round.blow().words());
        round.findings().forEach(finding -> out.printf("  %s%n      %s%n", finding.invariant(), finding.what()));
        out.printf("%nto run this round by itself:%n  %s%n", settings.commandFor(round.number()));
        out.printf("data, logs and database: kept in %s%n", grounds.folder());
        sagaLogs(round, grounds);
        out.printf("%nlast lines of the server (%s):%n", grounds.shop().log());
        grounds.shop().lastWords(LAST_LINES).forEach(line -> out.println("  " + line));
    }

    private void sagaLogs(RoundResult round, Grounds grounds) {
        var orders = new LinkedHashSet<String>();
        round.findings().stream().map(Finding::orderId).filter(Objects::nonNull).forEach(orders::add);
        if (orders.isEmpty()) {
            return;
        }
        try (var db = grounds.shop().postgres().connect()) {
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
