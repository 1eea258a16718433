package dev.holdfast.bench.crash;

import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// Strikes one node after the other, and PostgreSQL now and then, and sees what becomes of their sagas. One thread;
/// what was seen so far may be asked for from any.
final class NodeStriker {

    private static final Duration UNTIL_IT_ENDS = Duration.ofSeconds(40);
    private static final Duration UNTIL_ENOUGH_IN_FLIGHT = Duration.ofMinutes(2);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private static final Duration WATCH = Duration.ofSeconds(3);

    /// A few customers may be at nothing but reads and refusals for some seconds.
    private static final Duration UNTIL_IT_GOES_ON = Duration.ofSeconds(30);

    private static final String FENCED = "was fenced off: another node has taken its sagas over";
    private static final String MOVES = "the sagas of a node that was killed or frozen go on at others within a minute";
    private static final String ENDS = "a node that was frozen past its lease says that it was fenced off, and ends";
    private static final String LIVES =
            "a node that was not struck lives on, whatever becomes of PostgreSQL, or says that" + " it was fenced off";
    private static final String BEATS = "nodes beat again within a minute of PostgreSQL's return";
    private static final String HINDERS =
            "from lease + 2 s on nobody waits for a lock that a frozen node's sessions hold";
    private static final String GOES_ON = "from then on, with a node still frozen, stock is held and orders confirmed";

    private final NodesSettings settings;
    private final Duration lease;
    private final Duration watch;
    private final Crew crew;
    private final ShopPostgres tables;
    private final PrintStream out;
    private final Random random;
    private final List<String> done = new ArrayList<>();
    private final List<Takeover> takeovers = new ArrayList<>();
    private final List<Freeze> freezes = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, Long> invariants = new LinkedHashMap<>();

    /// @param lease of the nodes
    /// @param slowest how long a checkout takes because of its provider: for that long, and a little more, a frozen
    ///     node is watched after nobody may wait for it any more
    record Times(Duration lease, Duration slowest) {}

    NodeStriker(NodesSettings settings, Times times, Crew crew, ShopPostgres tables, PrintStream out) {
        this.settings = settings;
        this.lease = times.lease();
        this.watch = times.slowest().plus(WATCH);
        this.crew = crew;
        this.tables = tables;
        this.out = out;
        this.random = new Random(settings.seed());
    }

    void strikeUntil(long end) throws IOException, SQLException, InterruptedException {
        long begun = System.nanoTime();
        long between = settings.lasting().toNanos() / (settings.restarts() + 1);
        int restarts = 0;
        for (int strikes = 0; System.nanoTime() < end; ) {
            Thread.sleep(1_000 + random.nextInt(3_000));
            lookForEnded();
            if (restarts < settings.restarts() && System.nanoTime() - begun > between * (restarts + 1)) {
                restarts++;
                killPostgres();
            } else if (crew.serving() > 1) {
                strike(strikes++);
            }
        }
        lookForEnded();
    }

    /// The next blow waits until the nodes beat again: what is measured then has nothing to do with this.
    private void killPostgres() throws IOException, SQLException, InterruptedException {
        crew.postgresIsKilled();
        var killed = tables.killGroup();
        long struck = System.nanoTime();
        tables.awaitAnswer();
        var answered = Duration.ofNanos(System.nanoTime() - struck);
        var beat = new Pulses(tables).awaitBeating(crew.serving());
        look(BEATS, beat, crew.serving() + " nodes should beat");
        tell("killed PostgreSQL with " + (killed - 1) + " children; it answered after " + RoundResult.seconds(answered)
                + ", and all nodes beat after " + RoundResult.seconds(Duration.ofNanos(System.nanoTime() - struck)));
        lookForEnded();
    }

    /// Every other time it is frozen: a node that is only late is the harder case.
    private void strike(int number) throws IOException, SQLException, InterruptedException {
        var shop = crew.choose(random);
        var widow = Widow.of(shop.pid(), tables);
        awaitInFlight(shop, widow);
        if (number % 2 == 0) {
            kill(shop, widow);
        } else {
            freeze(shop, widow);
        }
    }

    /// With as much as it is to have at the blow. When it does not come together, with what there is: the figures
    /// tell how much it was.
    private void awaitInFlight(ShopProcess shop, Widow widow) throws IOException, SQLException, InterruptedException {
        if (settings.inFlight() == 0) {
            return;
        }
        crew.favour(shop);
        var giveUp = System.nanoTime() + UNTIL_ENOUGH_IN_FLIGHT.toNanos();
        while (widow.inFlight() < settings.inFlight() && System.nanoTime() < giveUp) {
            Thread.sleep(LOOK_EVERY);
        }
    }

    private void kill(ShopProcess shop, Widow widow) throws IOException, SQLException, InterruptedException {
        shop.kill();
        long struck = System.nanoTime();
        crew.takeOut(shop);
        crew.bringBack(shop);
        moved(widow.watch("killed", struck));
    }

    private void freeze(ShopProcess shop, Widow widow) throws IOException, SQLException, InterruptedException {
        var grace = lease.plusSeconds(2);
        try (var frozen = new FrozenNode(shop.pid(), crew.roleOf(shop), tables, grace)) {
            frozen.strike(random);
            crew.takeOut(shop);
            moved(widow.watch("frozen", frozen.struckNanos()));
            long since = (System.nanoTime() - frozen.struckNanos()) / 1_000_000;
            long left = grace.plus(watch).toMillis() - since;
            Thread.sleep(Math.max(0, left) + random.nextInt(2_000));
            frozen.awaitGoingOn(UNTIL_IT_GOES_ON);
            watched(frozen.seen());
        }
        boolean ended = shop.awaitEnd(UNTIL_IT_ENDS);
        boolean says = saysThatItIsFenced(shop);
        look(
                ENDS,
                ended && says,
                "pid " + shop.pid() + (ended ? "" : " did not end") + (says ? "" : " does not say so") + ", log "
                        + shop.log());
        shop.kill();
        crew.bringBack(shop);
    }

    /// The number of its process is part of the name of its node, so an earlier life is not taken for this one.
    private static boolean saysThatItIsFenced(ShopProcess shop) throws IOException {
        var ofThisLife = "-" + shop.pid() + "-";
        return shop.says(line -> line.contains(ofThisLife) && line.contains(FENCED));
    }

    /// One that is slower than its lease on a machine that is too busy is rightly fenced off, says so, and ends.
    /// That is told, and is not broken; to end otherwise is.
    private void lookForEnded() throws IOException {
        for (var shop : crew.ended()) {
            var fenced = saysThatItIsFenced(shop);
            look(LIVES, fenced, "pid " + shop.pid() + ", log " + shop.log());
            tell("process " + shop.pid() + " ended without being struck"
                    + (fenced ? ": it was slower than its lease, and fenced off" : ""));
            crew.takeOut(shop);
            crew.bringBack(shop);
        }
        look(LIVES, true, "");
    }

    private synchronized void moved(Takeover takeover) {
        takeovers.add(takeover);
        look(MOVES, takeover.moving() != null, takeover.toString());
        tell(String.format(
                Locale.ROOT,
                "%s %s; its %d sagas moved after %s",
                takeover.blow(),
                takeover.node(),
                takeover.sagas(),
                RoundResult.seconds(takeover.moving())));
    }

    private synchronized void watched(Freeze freeze) {
        freezes.add(freeze);
        look(HINDERS, freeze.late() == null, freeze.node() + ", " + freeze.late());
        look(GOES_ON, freeze.holds() > 0 && freeze.confirmed() > 0, freeze.toString());
        tell(freeze.line());
    }

    private synchronized void tell(String line) {
        done.add(line);
        out.println(line);
    }

    private synchronized void look(String invariant, boolean holds, String what) {
        invariants.merge(invariant, 1L, Long::sum);
        if (!holds) {
            findings.add(new Finding(invariant, what, null));
        }
    }

    /// What was seen so far.
    ///
    /// @param done what was done, a line each
    /// @param invariants how often each was looked at, in words
    record Seen(
            List<String> done,
            List<Takeover> takeovers,
            List<Freeze> freezes,
            Map<String, Long> invariants,
            List<Finding> findings) {}

    synchronized Seen seen() {
        return new Seen(
                List.copyOf(done),
                List.copyOf(takeovers),
                List.copyOf(freezes),
                new LinkedHashMap<>(invariants),
                List.copyOf(findings));
    }
}
