package dev.holdfast.replay;

import java.io.PrintStream;
import java.util.stream.Collectors;

/// What a replay came to: every row and every invoice of the file is in one of the lines, and the lines add up.
public final class ReplaySummary {

    private final Survey survey;
    private final Tally tally;
    private final long repeated;

    ReplaySummary(Survey survey, Tally tally, long repeated) {
        this.survey = survey;
        this.tally = tally;
        this.repeated = repeated;
    }

    public long placed() {
        return tally.ordersPlaced();
    }

    /// Orders with an outcome, confirmed or failed.
    public long ended() {
        return tally.ordersEnded();
    }

    public long confirmed() {
        return tally.ordersConfirmed();
    }

    public void print(PrintStream out) {
        var rows = survey.rows().values().stream().mapToLong(Long::longValue).sum();
        out.println();
        line(out, "rows in the file", rows);
        survey.rows().forEach((fate, count) -> line(out, "  " + fate, count));
        survey.unreadable().forEach(sentence -> out.println("    " + sentence));
        line(out, "invoices in the file", survey.invoicesInAll());
        line(out, "  nothing to sell", survey.invoicesInAll() - (long) survey.invoicesToSell());
        line(out, "  not reached", survey.invoicesToSell() - tally.ordersPlaced());
        line(out, "  placed as orders", tally.ordersPlaced());
        line(out, "    confirmed", tally.ordersConfirmed());
        tally.failures().forEach((reason, count) -> line(out, "    failed: " + reason, count));
        line(out, "requests repeated", repeated);
        out.printf(
                "%.1f s, %.0f orders/s, latency %s ms%n",
                tally.elapsed().toMillis() / 1000.0,
                tally.ordersPerSecond(),
                java.util.stream.Stream.of(50.0, 90.0, 99.0, 100.0)
                        .map(p -> "p%.0f %d".formatted(p, tally.latencyMillis(p)))
                        .collect(Collectors.joining(", ")));
    }

    private static void line(PrintStream out, String what, long count) {
        out.printf("%-44s %,12d%n", what, count);
    }
}
