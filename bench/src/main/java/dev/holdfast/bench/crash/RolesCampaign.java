package dev.holdfast.bench.crash;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Customers check out while the processes of a shop whose services run apart are killed, one after the other.
/// Leaves no process behind, and no folder but that of a broken round.
public final class RolesCampaign implements AutoCloseable {

    private static final int LAST_LINES = 30;

    private final RolesSettings settings;
    private final PrintStream out;
    private final Map<Member, Integer> kills = new EnumMap<>(Member.class);
    private final Map<String, Long> audited = new LinkedHashMap<>();
    private final List<RolesRound.Result> rounds = new ArrayList<>();
    private Apart apart;
    private Grounds grounds;
    private boolean keep;
    private boolean closed;

    /// @param out where it is told to people
    public RolesCampaign(RolesSettings settings, PrintStream out) {
        this.settings = settings;
        this.out = out;
    }

    /// @return whether every round was clean
    public boolean run() throws IOException, InterruptedException {
        var until = System.nanoTime() + settings.lasting().toNanos();
        open();
        apart.start();
        var victims = shuffledOverAndOver(settings.randomOf(0, 0));
        int number = 1;
        do {
            var round = round(number++, victims);
            if (isClosed()) {
                return !broken();
            }
            add(round);
            out.println(round.line());
            if (round.broken()) {
                tell(round);
                return false;
            }
        } while (System.nanoTime() < until);
        return true;
    }

    private RolesRound.Result round(int number, Iterator<Member> victims) throws InterruptedException {
        try {
            return new RolesRound(settings, number, apart, grounds).run(victims);
        } catch (IOException | SQLException | RuntimeException e) {
            var findings = new ArrayList<Finding>();
            findings.add(new Finding("the shop comes back, whatever was done to it", e.toString(), null));
            findings.addAll(grounds.ledger().findings());
            return new RolesRound.Result(
                    number, List.of(), new RoundResult.Orders(0, 0, 0, 0), null, List.of(), findings);
        }
    }

    private void tell(RolesRound.Result round) throws IOException {
        synchronized (this) {
            keep = true;
        }
        out.printf("%nBROKEN in round %d (seed %d)%n", round.number(), settings.seed());
        round.findings().forEach(finding -> out.printf("  %s%n      %s%n", finding.invariant(), finding.what()));
        out.printf("data, logs and database: kept in %s%n", apart.folder());
        new SagaLogs(out).tell(round.findings(), grounds);
        for (var member : Member.values()) {
            out.printf("%nlast lines of %s:%n", member.word());
            apart.of(member).lastWords(LAST_LINES).forEach(line -> out.println("  " + line));
        }
    }

    /// For people, at the end.
    public synchronized List<String> summary() {
        var orders = rounds.stream()
                .map(RolesRound.Result::orders)
                .reduce(new RoundResult.Orders(0, 0, 0, 0), RoundResult.Orders::plus);
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add(rounds.size() + " rounds, " + orders + "; "
                + (broken() ? "AN INVARIANT IS BROKEN" : "every invariant held"));
        kills.forEach((member, times) -> lines.add("  %4d x  %s was killed".formatted(times, member.word())));
        lines.add("invariants, with the number of times each was checked:");
        if (grounds != null) {
            for (var rule : Rule.values()) {
                lines.add("  %,10d  %s".formatted(grounds.ledger().checked(rule), rule.words()));
            }
        }
        audited.forEach((invariant, times) -> lines.add("  %,10d  audit: %s".formatted(times, invariant)));
        return lines;
    }

    /// Confirmed orders so far.
    public synchronized long confirmed() {
        return rounds.stream().mapToLong(round -> round.orders().confirmed()).sum();
    }

    private synchronized void add(RolesRound.Result round) {
        rounds.add(round);
        round.killed().forEach(member -> kills.merge(member, 1, Integer::sum));
        round.audited().forEach(invariant -> audited.merge(invariant, 1L, Long::sum));
    }

    private synchronized boolean broken() {
        return rounds.stream().anyMatch(RolesRound.Result::broken);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void open() throws IOException {
        if (closed) {
            throw new IOException("the campaign is being ended");
        }
        apart = Apart.fresh();
        grounds = apart.grounds();
        out.println("a shop of " + Member.values().length + " processes, data in " + apart.folder());
    }

    /// Everybody once, in a random order, and again.
    private static Iterator<Member> shuffledOverAndOver(Random random) {
        return new Iterator<>() {
            private final List<Member> left = new ArrayList<>();

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Member next() {
                if (left.isEmpty()) {
                    left.addAll(List.of(Member.values()));
                    Collections.shuffle(left, random);
                }
                return left.removeLast();
            }
        };
    }

    /// Ends what runs, in the middle of a round too: then from another thread.
    @Override
    public synchronized void close() throws IOException {
        if (closed || apart == null) {
            closed = true;
            return;
        }
        closed = true;
        grounds.door().close();
        apart.close();
        if (!keep) {
            apart.remove();
        }
    }
}
