package dev.holdfast.bench;

import dev.holdfast.bench.naive.NaiveShop;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/// The product, the hand-written shop and the bulk writer on one PostgreSQL, each on a database of its own,
/// measured in turns. The databases of product and bulk writer are copies of one: same tables, indexes and state.
final class Comparison implements AutoCloseable {

    private static final String SAMPLE = "bench_sample";

    private final BenchCluster cluster;
    private final Plan plan;
    private final PrintStream out;
    private final OrderTemplate template;
    private final ProductContender product;
    private final NaiveContender naive;
    private final LimitContender limit;
    private final List<Measured> measured = new ArrayList<>();

    /// @param orders of product and bulk writer in one round
    /// @param naiveOrders of the hand-written shop in one round: it takes as long for fewer
    /// @param warmup checkouts of product and bulk writer before the first round
    /// @param naiveWarmup checkouts of the hand-written shop before the first round, and a score per connection
    /// @param inFlight sagas of the product
    /// @param threads of the hand-written shop
    /// @param pools how many connections the hand-written shop may have: the fastest is kept
    record Plan(
            int orders,
            int naiveOrders,
            int warmup,
            int naiveWarmup,
            int repeat,
            int inFlight,
            int products,
            int threads,
            List<Integer> pools) {}

    /// One round of one contender.
    ///
    /// @param countedOrders how many checkouts `counted` is of
    record Measured(
            String contender, int repetition, Contender.Round round, Meter.Counted counted, int countedOrders) {}

    /// Runs something around one round of the product.
    interface Observer {

        Contender.Round watch(Contender product, int orders) throws Exception;
    }

    private Comparison(BenchCluster cluster, Plan plan, PrintStream out) throws Exception {
        this.cluster = cluster;
        this.plan = plan;
        this.out = out;
        this.template = Sample.take(cluster, SAMPLE, plan.products());
        cluster.createDatabase("bench_product", SAMPLE);
        cluster.createDatabase("bench_limit", SAMPLE);
        cluster.createDatabase("bench_naive");
        NaiveShop.prepare(cluster.database("bench_naive"), plan.products(), CheckoutLoad.STOCK);
        var load = new CheckoutLoad(plan.products());
        this.limit = new LimitContender(meter("bench_limit"), reference("bench_limit"), template, plan.products());
        this.naive = new NaiveContender(meter("bench_naive"), reference("bench_naive"), load, plan.threads());
        this.product = new ProductContender(
                BenchShop.open(cluster, "bench_product"), meter("bench_product"), load, plan.inFlight());
    }

    static Comparison open(Map<String, String> postgresSettings, Plan plan, PrintStream out) throws Exception {
        var cluster = BenchCluster.open(postgresSettings);
        try {
            return new Comparison(cluster, plan, out);
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    /// Everybody's code is to be compiled and everybody's tables to have grown. Product and naive are measured on
    /// the sessions that are warmed up here; the limit opens its few for each round. What the others run makes the
    /// compiler think again about what they share (the driver), so the product comes last.
    void warmUp() throws Exception {
        out.printf(
                "warm-up: at least %,d checkouts of the product and of the limit, %,d of naive%n",
                plan.warmup(), plan.naiveWarmup());
        product.run(plan.warmup());
        naive.use(plan.pools().getFirst());
        naive.run(plan.naiveWarmup());
        limit.run(plan.warmup());
        WarmUp.untilCompiled(naive, plan.naiveWarmup(), out);
        WarmUp.untilCompiled(product, plan.warmup(), out);
    }

    /// Tries each size of naive's pool and keeps the fastest.
    ///
    /// @return orders/s by connections
    Map<Integer, Long> choosePool(int orders) throws Exception {
        var tried = new LinkedHashMap<Integer, Double>();
        for (int connections : plan.pools()) {
            naive.use(connections);
            tried.put(connections, naive.run(orders).perSecond());
        }
        int best =
                Collections.max(tried.entrySet(), Map.Entry.comparingByValue()).getKey();
        if (naive.connections() != best) {
            naive.use(best);
        }
        var told = new LinkedHashMap<Integer, Long>();
        tried.forEach((connections, rate) -> told.put(connections, Math.round(rate)));
        out.println("naive, orders/s by connections: " + told);
        return told;
    }

    /// Tries each shape of the bulk writer and keeps the fastest.
    ///
    /// @return orders/s by shape
    Map<String, Long> chooseShape(int orders) throws Exception {
        var tried = new LinkedHashMap<LimitContender.Shape, Double>();
        for (var shape : LimitContender.shapes()) {
            limit.use(shape);
            tried.put(shape, limit.run(orders).perSecond());
        }
        tried.entrySet().stream().max(Map.Entry.comparingByValue()).ifPresent(best -> limit.use(best.getKey()));
        var told = new LinkedHashMap<String, Long>();
        tried.forEach((shape, rate) -> told.put(shape.batch() + " x " + shape.connections(), Math.round(rate)));
        out.println("limit, orders/s by batch and connections: " + told);
        return told;
    }

    /// product, naive, limit; naive, limit, product; limit, product, naive; …: nobody is always the one who comes
    /// after the product.
    ///
    /// @param observer of the product's first round
    List<Measured> measure(Observer observer) throws Exception {
        for (int repetition = 1; repetition <= plan.repeat(); repetition++) {
            var turns = new ArrayList<Contender>(List.of(product, naive, limit));
            Collections.rotate(turns, 1 - repetition);
            for (var contender : turns) {
                var watched = contender == product && repetition == 1;
                measured.add(measure(contender, repetition, watched ? observer : Contender::run));
            }
        }
        return List.copyOf(measured);
    }

    OrderTemplate template() {
        return template;
    }

    LimitContender.Shape shape() {
        return limit.shape();
    }

    int pool() {
        return naive.connections();
    }

    BenchCluster cluster() {
        return cluster;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try (cluster;
                product) {
            naive.close();
        }
    }

    private Measured measure(Contender contender, int repetition, Observer observer) throws Exception {
        int orders = contender == naive ? plan.naiveOrders() : plan.orders();
        cluster.settle(List.of(product.database(), naive.database(), limit.database()));
        contender.tellCounters();
        cluster.checkpoint();
        var meter = meter(contender.database());
        var before = meter.counted();
        var round = observer.watch(contender, orders);
        int more = contender.tellCounters();
        var counted = meter.counted().since(before);
        out.printf(
                "%d. %-8s %,10.0f orders/s (%,d orders, %d failed)%n",
                repetition, contender.name(), round.perSecond(), round.orders(), round.failed());
        return new Measured(contender.name(), repetition, round, counted, round.orders() + round.failed() + more);
    }

    /// A reference prepares a statement when it is first run, not, as is the driver's way, at the fifth time.
    private DataSource reference(String database) {
        var source = cluster.database(database);
        source.setPrepareThreshold(1);
        return source;
    }

    private Meter meter(String database) {
        return new Meter(cluster, database);
    }
}
