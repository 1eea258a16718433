package dev.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.bench.Comparison.Measured;
import dev.holdfast.bench.naive.NaiveShop;
import java.io.OutputStream;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class ComparisonTest {

    private static final int ORDERS = 50;

    /// A hold that lapses while its label is made: what a frozen process would meet.
    private static final String LET_HOLDS_LAPSE = """
            CREATE FUNCTION naive.let_hold_lapse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE naive.reservations SET expires_at = now() - interval '1 s' WHERE order_id = NEW.order_id;
                RETURN NEW;
            END
            $$;
            CREATE TRIGGER let_hold_lapse BEFORE INSERT ON naive.labels
                FOR EACH ROW EXECUTE FUNCTION naive.let_hold_lapse()
            """;

    private static Comparison comparison;
    private static List<Measured> rounds;
    private static Map<Integer, Long> pools;

    @BeforeAll
    static void measure() throws Exception {
        var plan = new Comparison.Plan(ORDERS, ORDERS, 10, 10, 2, 20, 100, 4, List.of(6, 4));
        comparison = Comparison.open(Map.of(), plan, new PrintStream(OutputStream.nullOutputStream()));
        comparison.warmUp();
        pools = comparison.choosePool(20);
        rounds = comparison.measure(Contender::run);
    }

    @AfterAll
    static void close() throws Exception {
        comparison.close();
    }

    @Test
    void product_naive_and_limit_take_turns_and_complete_every_checkout() {
        assertThat(rounds)
                .extracting(Measured::contender)
                .containsExactly("product", "naive", "limit", "naive", "limit", "product");
        assertThat(rounds).allSatisfy(round -> {
            assertThat(round.round().orders()).isEqualTo(ORDERS);
            assertThat(round.round().failed()).isZero();
            assertThat(round.round().spent().walBytes()).isPositive();
        });
    }

    @Test
    void naive_keeps_the_fastest_of_the_pools_that_were_tried() {
        assertThat(pools).containsOnlyKeys(6, 4);
        assertThat(pools.get(comparison.pool())).isEqualTo(Collections.max(pools.values()));
    }

    /// Its sessions stay open from round to round, and are asked for their counters.
    @Test
    void what_naive_wrote_in_a_round_is_counted_in_that_round() {
        assertThat(rounds)
                .filteredOn(round -> round.contender().equals("naive"))
                .hasSize(2)
                .allSatisfy(round -> assertThat(
                                round.counted().tables().get("naive.orders").inserted())
                        .isEqualTo(ORDERS));
    }

    /// What was there before the sample checkout, the opening stock, is in all three databases.
    @Test
    void the_limit_leaves_the_same_rows_per_order_in_every_table_as_the_product() throws SQLException {
        try (var sample = comparison.cluster().database("bench_sample").getConnection();
                var product = comparison.cluster().database("bench_product").getConnection();
                var limit = comparison.cluster().database("bench_limit").getConnection()) {
            assertThat(count(limit, "SELECT count(*) FROM orders.orders")).isGreaterThan(ORDERS);
            for (var table : comparison.template().tables()) {
                var left = table.passing() ? 0 : table.rows().size();
                assertThat(perOrder(limit, sample, table.table()))
                        .as(table.table())
                        .isEqualTo(left);
                assertThat(perOrder(product, sample, table.table()))
                        .as(table.table())
                        .isEqualTo(left);
            }
        }
    }

    /// The counters of sessions that stay open come late, so a checkout of the warm-up may be among them: less than
    /// half a row per order.
    @Test
    void the_limit_inserts_and_deletes_as_many_rows_as_the_product() {
        var rows = new CheckoutReport(rounds).rowsPerOrder();
        for (var table : comparison.template().tables()) {
            var product = rows.get(table.table()).get("product");
            var limit = rows.get(table.table()).get("limit");
            assertThat(limit[0]).as(table.table() + " inserted").isCloseTo(product[0], within(0.5));
            assertThat(limit[2]).as(table.table() + " deleted").isCloseTo(product[2], within(0.5));
        }
    }

    @Test
    void a_sample_has_rows_of_every_service_that_a_checkout_passes() {
        assertThat(comparison.template().rowsPerOrder())
                .containsEntry("orders.orders", 1)
                .containsEntry("orders.order_items", CheckoutLoad.LINES_PER_ORDER)
                .containsEntry("inventory.reservations", 1)
                .containsEntry("payment.payments", 1)
                .containsEntry("shipping.shipments", 1)
                .containsEntry("saga.saga_runs", 1)
                .containsKeys("saga.saga_steps", "orders.outbox", "notification.messages", "inventory.ledger");
    }

    @Test
    void the_stock_of_the_limit_adds_up() throws SQLException {
        try (var limit = comparison.cluster().database("bench_limit").getConnection()) {
            assertThat(count(limit, "SELECT sum(committed) FROM inventory.inventory"))
                    .isEqualTo(CheckoutLoad.LINES_PER_ORDER * count(limit, "SELECT count(*) FROM orders.orders"));
        }
    }

    @Test
    void the_books_of_naive_add_up() throws SQLException {
        try (var naive = comparison.cluster().database("bench_naive").getConnection()) {
            var orders = count(naive, "SELECT count(*) FROM naive.orders WHERE status = 'confirmed'");
            assertThat(orders).isEqualTo(count(naive, "SELECT count(*) FROM naive.sagas WHERE status = 'COMPLETED'"));
            assertThat(count(naive, "SELECT sum(committed) FROM naive.stock"))
                    .isEqualTo(CheckoutLoad.LINES_PER_ORDER * orders);
            assertThat(count(naive, "SELECT sum(reserved) FROM naive.stock")).isZero();
            assertThat(count(naive, "SELECT count(*) FROM naive.payments WHERE captured = amount"))
                    .isEqualTo(orders);
            assertThat(count(naive, "SELECT count(*) FROM naive.messages")).isEqualTo(orders);
            assertThat(count(naive, "SELECT count(*) FROM naive.outbox")).isZero();
        }
    }

    @Test
    void naive_refuses_what_is_not_there_and_leaves_nothing_held() throws Exception {
        var database = naiveDatabase("naive_sold_out", 1);
        try (var shop = NaiveShop.open(database, 2);
                var db = database.getConnection()) {
            var load = new CheckoutLoad(2);
            assertThat(shop.checkOut(load.next()))
                    .as("the last of both products")
                    .isTrue();
            assertThat(shop.checkOut(load.next())).as("after the last").isFalse();
            assertThat(count(db, "SELECT sum(committed) FROM naive.stock")).isEqualTo(2);
            assertThat(count(db, "SELECT sum(reserved) FROM naive.stock")).isZero();
            assertThat(count(db, "SELECT count(*) FROM naive.reservations")).isEqualTo(1);
            assertThat(count(db, "SELECT count(*) FROM naive.payments")).isEqualTo(1);
        }
    }

    @Test
    void naive_turns_a_checkout_back_whose_hold_has_lapsed() throws Exception {
        var database = naiveDatabase("naive_lapsed", 100);
        try (var shop = NaiveShop.open(database, 2);
                var db = database.getConnection()) {
            try (var statement = db.createStatement()) {
                statement.execute(LET_HOLDS_LAPSE);
            }
            assertThat(shop.checkOut(new CheckoutLoad(5).next())).isFalse();
            assertThat(count(db, "SELECT sum(reserved + committed) FROM naive.stock"))
                    .isZero();
            assertThat(count(db, "SELECT count(*) FROM naive.payments WHERE status = 'voided'"))
                    .isEqualTo(1);
            assertThat(count(db, "SELECT count(*) FROM naive.labels WHERE status = 'cancelled'"))
                    .isEqualTo(1);
            assertThat(count(db, "SELECT count(*) FROM naive.orders WHERE status = 'cancelled'"))
                    .isEqualTo(1);
        }
    }

    private static PGSimpleDataSource naiveDatabase(String name, long quantity) throws Exception {
        comparison.cluster().createDatabase(name);
        var database = comparison.cluster().database(name);
        NaiveShop.prepare(database, 5, quantity);
        return database;
    }

    private static double perOrder(Connection db, Connection sample, String table) throws SQLException {
        return (double) more(db, sample, table) / more(db, sample, "orders.orders");
    }

    private static long more(Connection db, Connection sample, String table) throws SQLException {
        return count(db, "SELECT count(*) FROM " + table) - count(sample, "SELECT count(*) FROM " + table);
    }

    private static long count(Connection db, String sql) throws SQLException {
        try (var statement = db.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
