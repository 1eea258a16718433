package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.RoundResult.Orders;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// One round: customers, one process after the other killed and brought back, the rest of what customers had begun,
/// quiet, the audit, the inquest.
final class RolesRound {

    private static final int EARLIEST_MILLIS = 400;
    private static final int SPREAD_MILLIS = 1_600;
    private static final int MOST_AWAY_MILLIS = 1_500;
    private static final Duration AFTERWARDS = Duration.ofMillis(800);
    private static final int ENOUGH = 20;

    private final RolesSettings settings;
    private final int number;
    private final Apart apart;
    private final Grounds grounds;
    private final Random random;

    RolesRound(RolesSettings settings, int number, Apart apart, Grounds grounds) {
        this.settings = settings;
        this.number = number;
        this.apart = apart;
        this.grounds = grounds;
        this.random = settings.randomOf(number, 0);
    }

    /// @param killed in their order
    /// @param quietAfter from the end of the load until all was quiet and audited
    /// @param audited invariants of the shop's own audit
    /// @param findings what is broken, nothing when all is well
    record Result(
            int number,
            List<Member> killed,
            Orders orders,
            Duration quietAfter,
            List<String> audited,
            List<Finding> findings) {

        boolean broken() {
            return !findings.isEmpty();
        }

        String line() {
            return "round %3d  killed %s  %s  quiet %s after the load; audit of %d: %s"
                    .formatted(
                            number,
                            killed.stream().map(Member::word).toList(),
                            orders,
                            RoundResult.seconds(quietAfter),
                            audited.size(),
                            broken() ? "BROKEN" : "clean");
        }
    }

    /// @param victims who is killed next
    Result run(Iterator<Member> victims) throws IOException, SQLException, InterruptedException {
        var before = grounds.ledger().checkouts().size();
        grounds.shelf().fill(grounds.door(), number, random);
        var killed = underLoad(victims);
        var loaded = System.nanoTime();
        var audit = AuditAnswer.ask(grounds.shop().address());
        var quiet = Duration.ofNanos(System.nanoTime() - loaded);
        var all = grounds.ledger().checkouts();
        var told = all.subList(before, all.size());
        grounds.ledger().looked(Rule.ENDS, told.size());
        var orders = Orders.of(told);
        grounds.ledger()
                .look(Rule.SOLD, orders.placed() < ENOUGH || orders.confirmed() > 0, null, "the round had " + orders);
        var findings = new ArrayList<>(new Inquest(grounds).findings(told));
        findings.addAll(audit.findings());
        return new Result(number, killed, orders, quiet, audit.invariants(), findings);
    }

    private List<Member> underLoad(Iterator<Member> victims) throws IOException, InterruptedException {
        var killed = new ArrayList<Member>();
        var load = Load.start(customers(), grounds.ledger());
        try {
            for (int kill = 0; kill < settings.kills(); kill++) {
                Thread.sleep(EARLIEST_MILLIS + random.nextInt(SPREAD_MILLIS));
                var victim = victims.next();
                apart.of(victim).kill();
                killed.add(victim);
                Thread.sleep(random.nextInt(MOST_AWAY_MILLIS));
                apart.of(victim).start();
            }
            Thread.sleep(AFTERWARDS);
            load.finish();
            return killed;
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
}
