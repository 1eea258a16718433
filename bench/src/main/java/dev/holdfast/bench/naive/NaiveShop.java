package dev.holdfast.bench.naive;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.holdfast.flows.CheckoutOrder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import javax.sql.DataSource;

/// The hand-written shop: its pool, its orchestrator, its outbox.
public final class NaiveShop implements AutoCloseable {

    private static final String STOCK = """
            INSERT INTO naive.stock (product_id, available, reserved, committed)
            SELECT 'sku-' || n, ?, 0, 0
              FROM generate_series(0, ? - 1) AS n
            """;

    /// A plan that is made while the outbox is empty must stay right when it is not: what the product's lanes set.
    private static final String SETTLE_PLANS = """
            SELECT set_config('enable_seqscan', 'off', false),
                   set_config('enable_hashjoin', 'off', false),
                   set_config('enable_mergejoin', 'off', false),
                   set_config('plan_cache_mode', 'force_generic_plan', false)
            """;

    private static final String TELL_COUNTERS = "SELECT pg_stat_force_next_flush()";

    private final HikariDataSource pool;
    private final Outbox outbox;
    private final Orchestrator orchestrator;

    private NaiveShop(DataSource source, int connections) {
        var config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(connections);
        // Set here and not per transaction, which would ask the pool to reset it each time.
        config.setAutoCommit(false);
        config.setConnectionInitSql(SETTLE_PLANS);
        // A connection that is replaced by a new one would have to prepare its statements again.
        config.setMaxLifetime(0);
        this.pool = new HikariDataSource(config);
        var transactions = new Transactions(pool);
        this.outbox = new Outbox(transactions);
        this.orchestrator = new Orchestrator(transactions);
    }

    /// Creates its tables in an empty database and fills the shelves.
    public static void prepare(DataSource source, int products, long quantity) throws SQLException, IOException {
        try (var schema = NaiveShop.class.getResourceAsStream("schema.sql");
                var db = source.getConnection()) {
            try (var statement = db.createStatement()) {
                statement.execute(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
            }
            Transactions.update(db, STOCK, quantity, products);
        }
    }

    /// @param connections of the pool
    public static NaiveShop open(DataSource source, int connections) {
        return new NaiveShop(source, connections);
    }

    /// On the caller's thread.
    ///
    /// @return whether the order is confirmed
    public boolean checkOut(CheckoutOrder order) throws SQLException {
        return orchestrator.checkOut(order);
    }

    /// Waits until every event has left.
    public void awaitEventsGone() throws SQLException, InterruptedException {
        outbox.awaitEmpty();
    }

    /// Makes the session of every connection tell what it did. All are taken at once, or the pool would give one of
    /// them again and again.
    public void tellCounters() throws SQLException {
        var taken = new ArrayList<Connection>();
        try {
            for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
                var db = pool.getConnection();
                taken.add(db);
                try (var statement = db.createStatement()) {
                    statement.execute(TELL_COUNTERS);
                }
                db.commit();
            }
        } finally {
            for (var db : taken) {
                db.close();
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        outbox.close();
        pool.close();
    }
}
