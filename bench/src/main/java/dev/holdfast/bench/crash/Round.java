package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.RoundResult.Orders;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// One round: customers, a blow at a random moment, the rest of what they had begun, quiet, the audit, the inquest.
final class Round {

    private static final int EARLIEST_MILLIS = 700;
    private static final int SPREAD_MILLIS = 2_800;
    private static final Duration AFTERWARDS = Duration.ofMillis(800);
    private static final Duration RECOVERY = Duration.ofMinutes(2);
    private static final int ENOUGH = 20;
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final CampaignSettings settings;
    private final int number;
    private final Grounds grounds;

    Round(CampaignSettings settings, int number, Grounds grounds) {
        this.settings = settings;
        this.number = number;
        this.grounds = grounds;
    }

    /// @throws IOException when the shop cannot be started, or does not say how it stands: a finding too
    RoundResult run() throws IOException, SQLException, InterruptedException {
        var at = Instant.now();
        var began = System.nanoTime();
        var random = settings.randomOf(number, 0);
        var before = grounds.ledger().checkouts().size();
        var repeated = grounds.door().repeated();
        grounds.shelf().fill(grounds.door(), number, random);
        var strikeMillis = EARLIEST_MILLIS + random.nextInt(SPREAD_MILLIS);
        var done = underLoad(strikeMillis, new Striker(grounds.shop(), random, grounds.door()::struck));
        var loaded = System.nanoTime();
        var audit = AuditAnswer.ask(grounds.shop().address());
        var quiet = System.nanoTime();
        var all = grounds.ledger().checkouts();
        var told = all.subList(before, all.size());
        grounds.ledger().looked(Rule.ENDS, told.size());
        var orders = Orders.of(told);
        grounds.ledger()
                .look(Rule.SOLD, orders.placed() < ENOUGH || orders.confirmed() > 0, null, "the round had " + orders);
        var findings = new ArrayList<>(new Inquest(grounds).findings(told));
        findings.addAll(audit.findings());
        return new RoundResult(
                number,
                settings.blowOf(number),
                at,
                strikeMillis,
                done,
                orders,
                grounds.door().repeated() - repeated,
                grounds.door().answeredAfter(),
                Duration.ofNanos(quiet - loaded),
                audit.invariants(),
                findings,
                Duration.ofNanos(System.nanoTime() - began));
    }

    /// @return what was done, in words
    private String underLoad(int strikeMillis, Striker striker) throws IOException, SQLException, InterruptedException {
        var load = Load.start(customers(), grounds.ledger());
        try {
            Thread.sleep(strikeMillis);
            var done = striker.strike(settings.blowOf(number));
            awaitAnswer();
            Thread.sleep(AFTERWARDS);
            load.finish();
            return done;
        } finally {
            load.abandon();
        }
    }

    private List<Customer> customers() {
        return IntStream.rangeClosed(1, settings.clients())
                .mapToObj(client -> new Customer(
                        grounds.door(),
                        grounds.ledger(),
                        grounds.shelf(),
                        "%d-%d-%d".formatted(settings.seed(), number, client),
                        settings.randomOf(number, client)))
                .toList();
    }

    /// The load goes on until the shop answers again.
    private void awaitAnswer() throws InterruptedException {
        var giveUp = System.nanoTime() + RECOVERY.toNanos();
        while (grounds.door().answeredAfter() == null && System.nanoTime() < giveUp) {
            Thread.sleep(LOOK_EVERY);
        }
        grounds.ledger()
                .look(
                        Rule.ENDS,
                        grounds.door().answeredAfter() != null && grounds.shop().alive(),
                        null,
                        "nothing was answered within " + RECOVERY + " of the blow, or the server is gone");
    }
}
