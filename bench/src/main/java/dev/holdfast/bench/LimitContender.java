package dev.holdfast.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.HdrHistogram.Histogram;

/// As fast as this database takes the rows of completed checkouts: written in bulk in their final state, with no
/// engine, no service and no decision between. It writes one row where the product writes it and changes it later.
final class LimitContender implements Contender {

    /// @param batch checkouts a transaction
    /// @param connections that write at once
    record Shape(int batch, int connections) {}

    private final Meter meter;
    private final DataSource source;
    private final OrderTemplate template;
    private final int products;
    private Shape shape = new Shape(400, 1);

    LimitContender(Meter meter, DataSource source, OrderTemplate template, int products) {
        this.meter = meter;
        this.source = source;
        this.template = template;
        this.products = products;
    }

    void use(Shape chosen) {
        shape = chosen;
    }

    Shape shape() {
        return shape;
    }

    @Override
    public String name() {
        return "limit";
    }

    @Override
    public String database() {
        return meter.database();
    }

    /// The sessions are opened and settled before the clock starts, and prepare each statement when it is first
    /// run; the last events are deleted before it stops.
    @Override
    public Round run(int orders) throws Exception {
        var left = new AtomicInteger(orders);
        var connections = new ArrayList<Connection>();
        try (var threads = Executors.newFixedThreadPool(shape.connections())) {
            var writers = new ArrayList<Callable<Void>>();
            for (int seed = 0; seed < shape.connections(); seed++) {
                var db = source.getConnection();
                connections.add(db);
                var writer = new BulkWriter(db, template, products, seed);
                writers.add(() -> write(writer, left));
            }
            var before = meter.spent();
            for (var writer : threads.invokeAll(writers)) {
                writer.get();
            }
            var spent = meter.spent().since(before);
            return new Round(orders, 0, spent, spent.atNanos() / 1e9, new Histogram(3));
        } finally {
            for (var db : connections) {
                db.close();
            }
        }
    }

    @Override
    public int tellCounters() throws SQLException {
        meter.cluster().awaitNobodyOn(database());
        return 0;
    }

    @Override
    public void close() {}

    private Void write(BulkWriter writer, AtomicInteger left) throws SQLException {
        int first;
        while ((first = left.getAndAdd(-shape.batch())) > 0) {
            writer.write(Math.min(first, shape.batch()));
        }
        writer.finish();
        return null;
    }

    /// The shapes that are tried.
    static List<Shape> shapes() {
        return List.of(100, 400, 1_000).stream()
                .flatMap(batch -> List.of(1, 2, 4).stream().map(connections -> new Shape(batch, connections)))
                .toList();
    }
}
