package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.RoundResult.Orders;
import dev.holdfast.platform.postgres.SupervisedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/// Several shops on one PostgreSQL under load, of which one after the other is killed or frozen past its lease,
/// while the database is killed now and then; at the end all are back, quiet, and audited.
public final class NodesCampaign implements AutoCloseable {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration UNTIL_IT_ENDS = Duration.ofSeconds(40);
    private static final String MOVES = "the sagas of a node that was killed or frozen go on at others within a minute";
    private static final String ENDS = "a node that was frozen past its lease says that it was fenced off, and ends";
    private static final String FENCED = "was fenced off: another node has taken its sagas over";
    private static final int ROUND = 1;

    private final NodesSettings settings;
    private final PrintStream out;
    private final Path folder;
    private final SupervisedPostgres postgres;
    private final ShopPostgres tables;
    private final Crew crew;
    private final Grounds grounds;
    private final Random random;
    private final List<String> done = new ArrayList<>();
    private final List<Takeover> takeovers = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, Long> invariants = new LinkedHashMap<>();

    /// Starts all of it, in a fresh folder.
    ///
    /// @param out where it is told to people
    public NodesCampaign(NodesSettings settings, PrintStream out) throws IOException, InterruptedException {
        this.settings = settings;
        this.out = out;
        this.random = new Random(settings.seed());
        folder = Files.createTempDirectory("holdfast-nodes-");
        // PostgreSQL may run as another user, who must get to its own folder.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        postgres = SupervisedPostgres.open(folder.resolve("postgres"), Map.of());
        tables = new ShopPostgres(folder);
        try {
            crew = new Crew(folder, settings.nodes(), shopSettings());
        } catch (IOException | InterruptedException e) {
            postgres.close();
            throw e;
        }
        grounds = new Grounds(crew.first(), tables, _ -> crew.any());
    }

    /// @return what it came to; the data is kept when something is broken
    public NodesResult run() throws IOException, SQLException, InterruptedException {
        out.println(settings.nodes() + " nodes serve, data in " + folder);
        grounds.shelf().fill(grounds.door(), ROUND, random);
        var load = Load.start(customers(), grounds.ledger());
        try {
            strikeUntil(System.nanoTime() + settings.lasting().toNanos());
            crew.awaitAll();
            load.finish();
        } finally {
            load.abandon();
        }
        return judged(System.nanoTime());
    }

    private void strikeUntil(long end) throws IOException, SQLException, InterruptedException {
        long begun = System.nanoTime();
        long between = settings.lasting().toNanos() / (settings.restarts() + 1);
        int restarts = 0;
        for (int strikes = 0; System.nanoTime() < end; ) {
            Thread.sleep(1_000 + random.nextInt(3_000));
            if (restarts < settings.restarts() && System.nanoTime() - begun > between * (restarts + 1)) {
                restarts++;
                tell("killed PostgreSQL with " + (tables.killGroup() - 1) + " children");
            } else if (crew.serving() > 1) {
                strike(strikes++);
            }
        }
    }

    /// Every other time it is frozen: a node that is only late is the harder case.
    private void strike(int number) throws IOException, SQLException, InterruptedException {
        var shop = crew.takeOne(random);
        var widow = Widow.of(shop.pid(), tables);
        if (number % 2 == 0) {
            shop.kill();
            long struck = System.nanoTime();
            crew.bringBack(shop);
            moved(widow.watch("killed", struck));
        } else {
            freeze(shop, widow);
        }
    }

    private void freeze(ShopProcess shop, Widow widow) throws IOException, SQLException, InterruptedException {
        var pid = List.of(shop.pid());
        Signals.send("STOP", pid);
        long struck = System.nanoTime();
        try {
            moved(widow.watch("frozen", struck));
            long left = LEASE.multipliedBy(2).toMillis() - (System.nanoTime() - struck) / 1_000_000;
            Thread.sleep(Math.max(0, left) + random.nextInt(2_000));
        } finally {
            Signals.send("CONT", pid);
        }
        look(ENDS, shop.awaitEnd(UNTIL_IT_ENDS) && saysThatItIsFenced(shop), "pid " + pid + ", log " + shop.log());
        shop.kill();
        crew.bringBack(shop);
    }

    private static boolean saysThatItIsFenced(ShopProcess shop) throws IOException {
        return shop.lastWords(400).stream().anyMatch(line -> line.contains(FENCED));
    }

    private void moved(Takeover takeover) {
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

    private void tell(String line) {
        done.add(line);
        out.println(line);
    }

    private void look(String invariant, boolean holds, String what) {
        invariants.merge(invariant, 1L, Long::sum);
        if (!holds) {
            findings.add(new Finding(invariant, what, null));
        }
    }

    private NodesResult judged(long loaded) throws IOException, SQLException, InterruptedException {
        var audit = AuditAnswer.ask(crew.first().address());
        var quiet = Duration.ofNanos(System.nanoTime() - loaded);
        var ledger = grounds.ledger();
        var told = ledger.checkouts();
        ledger.looked(Rule.ENDS, told.size());
        findings.addAll(new Inquest(grounds).findings(told));
        findings.addAll(audit.findings());
        for (var rule : Rule.values()) {
            invariants.put(rule.words(), ledger.checked(rule));
        }
        audit.invariants().forEach(invariant -> invariants.put("audit: " + invariant, 1L));
        return new NodesResult(
                List.copyOf(done), List.copyOf(takeovers), Orders.of(told), quiet, invariants, List.copyOf(findings));
    }

    private List<Customer> customers() {
        return IntStream.rangeClosed(1, settings.clients())
                .mapToObj(client -> new Customer(
                        grounds.door(),
                        grounds.ledger(),
                        grounds.shelf(),
                        "%d-%d".formatted(settings.seed(), client),
                        new Random(settings.seed() * 31 + client)))
                .toList();
    }

    private List<String> shopSettings() {
        var all = new ArrayList<>(Grounds.SETTINGS);
        all.add("holdfast.datasource.url=" + postgres.url());
        all.add("holdfast.datasource.username=" + postgres.username());
        all.add("holdfast.datasource.password=" + postgres.password());
        all.add("holdfast.saga.lease=" + LEASE.toMillis() + "ms");
        return all;
    }

    /// Ends all of it, and takes the folder away unless something in it shows what is broken.
    @Override
    public void close() throws IOException {
        grounds.door().close();
        try {
            crew.close();
        } finally {
            postgres.close();
        }
        if (findings.isEmpty()) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
