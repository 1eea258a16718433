package dev.holdfast.replay;

import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a replay came to: every row and every invoice of the file is in exactly one line, and the lines add up.
public final class ReplaySummary {

    private final Survey survey;
    private final Tally tally;
    private final Duration took;
    private final long repeated;
    private final boolean stopped;

    ReplaySummary(Survey survey, Tally tally, long repeated, boolean stopped) {
        this.survey = survey;
        this.tally = tally;
        this.took = tally.elapsed();
        this.repeated = repeated;
        this.stopped = stopped;
    }

    /// Whether it was stopped before its end.
    public boolean stopped() {
        return stopped;
    }

    public long placed() {
        return tally.ordersPlaced();
    }

    /// Orders that an earlier run had placed, of those placed in all.
    public long before() {
        return tally.ordersBefore();
    }

    /// Orders with an outcome, confirmed or failed.
    public long ended() {
        return tally.ordersEnded();
    }

    public long confirmed() {
        return tally.ordersConfirmed();
    }

    /// Failed orders by reason.
    public Map<String, Long> failures() {
        return tally.failures();
    }

    /// Rows by what became of them; their sum is the number of rows in the file.
    public Map<String, Long> rows() {
        var rows = new LinkedHashMap<String, Long>();
        rows.put("in orders confirmed", tally.rowsConfirmed());
        rows.put("in orders failed", tally.rowsFailed());
        putSome(
                rows,
                "in orders under way when it stopped",
                tally.rowsPlaced() - tally.rowsConfirmed() - tally.rowsFailed());
        survey.rows().forEach((fate, count) -> {
            if (fate == RetailRow.Fate.SOLD) {
                putSome(rows, "in invoices not reached", count - tally.rowsPlaced());
            } else {
                rows.put(fate.toString(), count);
            }
        });
        return rows;
    }

    /// Invoices by what became of them; their sum is the number of invoices in the file.
    public Map<String, Long> invoices() {
        var invoices = new LinkedHashMap<String, Long>();
        invoices.put("confirmed", tally.ordersConfirmed());
        tally.failures().forEach((reason, count) -> invoices.put("failed: " + reason, count));
        putSome(invoices, "under way when it stopped", tally.ordersPlaced() - tally.ordersEnded());
        survey.invoicesByKind().forEach((kind, count) -> {
            if (kind == RetailRow.Fate.SOLD) {
                putSome(invoices, "not reached", count - tally.ordersPlaced());
            } else {
                invoices.put("nothing to sell: " + kind, count);
            }
        });
        return invoices;
    }

    public void print(PrintStream out) {
        out.println();
        line(out, "rows in the file", survey.rowsInAll());
        rows().forEach((fate, count) -> line(out, "  " + fate, count));
        if (survey.rowsOfNoInvoice() > 0) {
            line(out, "    naming no invoice", survey.rowsOfNoInvoice());
        }
        survey.unreadable().forEach(sentence -> out.println("    " + sentence));
        line(out, "invoices in the file", survey.invoicesInAll());
        invoices().forEach((fate, count) -> line(out, "  " + fate, count));
        line(out, "orders placed", tally.ordersPlaced());
        if (tally.ordersBefore() > 0) {
            line(out, "  answered from an earlier run", tally.ordersBefore());
            line(out, "  by this run", tally.ordersPlaced() - tally.ordersBefore());
        }
        line(out, "requests repeated", repeated);
        out.printf(
                "%.1f s, %.0f orders/s, latency %s ms%n",
                took.toMillis() / 1000.0,
                (tally.ordersEnded() - tally.ordersBefore()) / Math.max(0.001, took.toMillis() / 1000.0),
                Stream.of(50.0, 90.0, 99.0, 100.0)
                        .map(p -> "p%.0f %d".formatted(p, tally.latencyMillis(p)))
                        .collect(Collectors.joining(", ")));
    }

    private static void putSome(Map<String, Long> counts, String what, long count) {
        if (count != 0) {
            counts.put(what, count);
        }
    }

    private static void line(PrintStream out, String what, long count) {
        out.printf("%-52s %,12d%n", what, count);
    }
}
