package dev.holdfast.bench.crash;

import java.io.IOException;
import java.io.PrintStream;

/// Tells of a broken round all that is needed to understand it and to run it again.
final class Failure {

    private static final int LAST_LINES = 60;

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
        new SagaLogs(out).tell(round.findings(), grounds);
        out.printf("%nlast lines of the server (%s):%n", grounds.shop().log());
        grounds.shop().lastWords(LAST_LINES).forEach(line -> out.println("  " + line));
    }
}
