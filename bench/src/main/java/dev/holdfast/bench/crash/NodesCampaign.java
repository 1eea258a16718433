package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.RoundResult.Orders;
import dev.holdfast.platform.postgres.SupervisedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/// Several shops on one PostgreSQL under load, of which one after the other is killed or frozen past its lease,
/// while the database is killed now and then; at the end all are back, quiet, and audited. Leaves no process
/// behind, and no folder unless something in it shows what is broken.
public final class NodesCampaign implements AutoCloseable {

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final String COMES_BACK = "the shop comes back, whatever was done to it";
    private static final int ROUND = 1;
    private static final int ENOUGH = 20;

    /// With it a few hundred orders a minute keep a thousand sagas in flight, most of them at the provider.
    private static final Duration SLOW_PROVIDER = Duration.ofSeconds(15);

    /// Of customers who wait for it. Were a thousand to hold requests open at the node that dies, what is measured
    /// would be how they all come back at the same moment, on two cores.
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private static final String MAKE_ROLE = "SELECT format('CREATE ROLE %I SUPERUSER LOGIN PASSWORD %L', ?, ?)";

    private final NodesSettings settings;
    private final PrintStream out;
    private Path folder;
    private SupervisedPostgres postgres;
    private ShopPostgres tables;
    private Crew crew;
    private Grounds grounds;
    private NodeStriker striker;
    private NodesResult result = NodesResult.NOTHING;
    private boolean closed;

    /// Nothing runs yet.
    ///
    /// @param out where it is told to people
    public NodesCampaign(NodesSettings settings, PrintStream out) {
        this.settings = settings;
        this.out = out;
    }

    /// Ended early, from another thread, it returns what there was until then.
    ///
    /// @return what it came to
    public NodesResult run() throws IOException, InterruptedException {
        try {
            open();
            crew.start();
            out.println(settings.nodes() + " nodes serve, data in " + folder);
            grounds.shelf().fill(grounds.door(), ROUND, new Random(settings.seed()));
            underLoad();
            judge();
        } catch (IOException | SQLException | RuntimeException e) {
            if (!isClosed()) {
                giveUp(e);
            }
        }
        return result();
    }

    /// What it has come to so far.
    public synchronized NodesResult result() {
        var known = closed || striker == null || result != NodesResult.NOTHING;
        return known ? result : soFar(null, Map.of(), grounds.ledger().findings());
    }

    private synchronized void open() throws IOException, SQLException, InterruptedException {
        if (closed) {
            throw new IOException("the campaign is being ended");
        }
        folder = Grounds.freshFolder();
        postgres = SupervisedPostgres.open(folder.resolve("postgres"), Map.of());
        tables = new ShopPostgres(folder);
        for (int number = 1; number <= settings.nodes(); number++) {
            makeRole(Crew.role(number));
        }
        crew = new Crew(folder, settings.nodes(), tables, shopSettings());
        grounds = new Grounds(
                crew.first(), tables, path -> path.equals("/v1/checkout") ? crew.forCheckout() : crew.any());
        striker = new NodeStriker(settings, new NodeStriker.Times(LEASE, arrival()), crew, tables, out);
    }

    /// As mighty as the one that a shop usually has: of several roles, each may end the others' sessions and use
    /// what the others have made.
    private void makeRole(String role) throws IOException, SQLException, InterruptedException {
        try (var db = tables.connect();
                var format = db.prepareStatement(MAKE_ROLE);
                var make = db.createStatement()) {
            format.setString(1, role);
            format.setString(2, postgres.password());
            try (var row = format.executeQuery()) {
                row.next();
                make.execute(row.getString(1));
            }
        }
    }

    private void underLoad() throws IOException, SQLException, InterruptedException {
        var load = Load.start(customers(), grounds.ledger(), arrival());
        try {
            striker.strikeUntil(System.nanoTime() + settings.lasting().toNanos());
            crew.awaitAll();
            load.finish();
        } finally {
            load.abandon();
        }
    }

    private void judge() throws IOException, SQLException, InterruptedException {
        long loaded = System.nanoTime();
        var audit = AuditAnswer.ask(crew.first().address());
        var quiet = Duration.ofNanos(System.nanoTime() - loaded);
        var told = grounds.ledger().checkouts();
        grounds.ledger().looked(Rule.ENDS, told.size());
        var orders = Orders.of(told);
        grounds.ledger().look(Rule.SOLD, orders.placed() < ENOUGH || orders.confirmed() > 0, null, orders.toString());
        var findings = new ArrayList<>(new Inquest(grounds).findings(told));
        findings.addAll(audit.findings());
        var audited = new LinkedHashMap<String, Long>();
        audit.invariants().forEach(invariant -> audited.put("audit: " + invariant, 1L));
        end(soFar(quiet, audited, findings));
    }

    private void giveUp(Exception cause) {
        var findings = new ArrayList<Finding>();
        findings.add(new Finding(COMES_BACK, cause.toString(), null));
        if (grounds != null) {
            findings.addAll(grounds.ledger().findings());
        }
        end(soFar(null, Map.of(), findings));
    }

    private synchronized void end(NodesResult outcome) {
        result = closed ? result : outcome;
    }

    /// @param quiet null when it has not been audited
    /// @param audited invariants of the audit
    /// @param more findings beside those of the blows
    private NodesResult soFar(Duration quiet, Map<String, Long> audited, List<Finding> more) {
        if (striker == null) {
            return new NodesResult(
                    List.of(), List.of(), List.of(), new Orders(0, 0, 0, 0), quiet, Map.of(), List.copyOf(more));
        }
        var seen = striker.seen();
        var ledger = grounds.ledger();
        var invariants = new LinkedHashMap<>(seen.invariants());
        for (var rule : Rule.values()) {
            invariants.put(rule.words(), ledger.checked(rule));
        }
        invariants.putAll(audited);
        var findings = new ArrayList<>(seen.findings());
        findings.addAll(more);
        return new NodesResult(
                seen.done(),
                seen.takeovers(),
                seen.freezes(),
                Orders.of(ledger.checkouts()),
                quiet,
                invariants,
                findings);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private List<Customer> customers() {
        var customers = IntStream.rangeClosed(1, settings.clients())
                .mapToObj(client -> new Customer(
                        grounds.door(),
                        grounds.ledger(),
                        grounds.shelf(),
                        "%d-%d".formatted(settings.seed(), client),
                        new Random(settings.seed() * 31 + client)))
                .toList();
        if (settings.inFlight() > 0) {
            customers.forEach(customer -> customer.lookingEvery(LOOK_EVERY));
        }
        return customers;
    }

    /// Who all wait for a slow provider do not come at the same moment either.
    private Duration arrival() {
        return settings.inFlight() == 0 ? Duration.ZERO : SLOW_PROVIDER.multipliedBy(3);
    }

    private List<String> shopSettings() {
        var all = new LinkedHashMap<String, String>();
        for (var setting : Grounds.SETTINGS) {
            var parts = setting.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        all.put("holdfast.datasource.url", postgres.url());
        all.put("holdfast.datasource.password", postgres.password());
        all.put("holdfast.saga.lease", LEASE.toMillis() + "ms");
        if (settings.inFlight() > 0) {
            all.put("holdfast.payment.simulated.latency", SLOW_PROVIDER.toMillis() + "ms");
            // More than a call takes, or the sweeper asks along with everybody who waits for an answer.
            all.put(
                    "holdfast.payment.sweep-after",
                    SLOW_PROVIDER.multipliedBy(2).toMillis() + "ms");
        }
        return all.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .toList();
    }

    /// Ends what runs, in the middle of it too: then from another thread.
    @Override
    public void close() throws IOException {
        synchronized (this) {
            if (closed) {
                return;
            }
            result = result();
            closed = true;
        }
        if (grounds != null) {
            grounds.door().close();
        }
        try {
            if (crew != null) {
                crew.close();
            }
        } finally {
            if (postgres != null) {
                postgres.close();
            }
        }
        if (folder != null && result.clean()) {
            ShopProcess.on(folder, List.of()).remove();
        }
    }
}
