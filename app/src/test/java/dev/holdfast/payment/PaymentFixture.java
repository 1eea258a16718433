package dev.holdfast.payment;

import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.CaptureRequest;
import dev.holdfast.payment.PaymentApi.RefundRequest;
import dev.holdfast.payment.PaymentCommand.Asked;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.Outbox;
import dev.holdfast.testing.Reach;
import dev.holdfast.testing.Rerun;
import dev.holdfast.testing.TestDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A payment service on a database of its own, with the simulated provider. [#node] makes a second one on the same
/// database: lanes of its own, as on another machine.
final class PaymentFixture implements AutoCloseable {

    static final Duration IN_FLIGHT = Duration.ofMinutes(1);

    final TestDatabase database = TestDatabase.with("payment", "sandbox");
    final MeterRegistry metrics = new SimpleMeterRegistry();
    volatile FaultRates faults = FaultRates.NONE;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Reach reach;

    PaymentFixture() {
        this(Reach.IN_PROCESS);
    }

    PaymentFixture(Reach reach) {
        this.reach = reach;
        database.execute("""
                CREATE TABLE payment.test_outbox (place bigint GENERATED ALWAYS AS IDENTITY, subject text, type text,
                                                  sequence bigint, data text)\
                """);
    }

    /// One node of the service.
    record Node(PaymentApi payments, PaymentLane lane, ProviderCalls calls, Providers providers) {}

    Node node() {
        return node(simulated());
    }

    Node node(PaymentProvider... ordered) {
        return node(IN_FLIGHT, ordered);
    }

    Node node(Duration inFlight, PaymentProvider... ordered) {
        var service = database.of("payment");
        var lane = new PaymentLane(database.open("payment", service, new PaymentBatch(new TableOutbox())));
        var providers = new Providers(List.of(ordered));
        var calls = new ProviderCalls(lane, providers, inFlight, metrics);
        var payments = new PaymentService(lane, providers, calls, new PaymentReads(service));
        var reached = reach.reach(
                payments, () -> PaymentWire.offer(payments, new Books(service, providers)), RemotePayment::new, opened);
        return new Node(reached, lane, calls, providers);
    }

    /// As of tomorrow, so that everything counts as old.
    PaymentSweeper sweeper(Node node) {
        var tomorrow = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));
        var unsettled = new UnsettledOrders(database.of("payment"), Duration.ofSeconds(1), tomorrow);
        return new PaymentSweeper(node.lane(), node.calls(), unsettled, Duration.ofSeconds(1), Duration.ZERO);
    }

    SimulatedProvider simulated() {
        var books = new SandboxBooks();
        var sandbox = database.of("sandbox");
        return new SimulatedProvider(
                database.open("sandbox", sandbox, books), books, sandbox, () -> Duration.ZERO, () -> faults);
    }

    /// Decides these commands as one batch, whoever else is queued.
    List<PaymentOutcome> batch(PaymentCommand... commands) throws SQLException {
        try (var db = database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            var asked = Stream.of(commands).map(one -> new Asked(one, null)).toList();
            var outcomes = Rerun.run(new PaymentBatch(new TableOutbox()), db, asked);
            db.commit();
            return outcomes;
        }
    }

    JdbcClient sql() {
        return JdbcClient.create(database.dataSource());
    }

    /// All that the provider holds of the order's money: live authorizations and captured money not given back.
    long held(String orderId) {
        return sql().sql("""
                SELECT coalesce(sum(amount - released - refunded), 0) * 100
                  FROM sandbox.provider_charges
                 WHERE order_ref = :order AND decline_code IS NULL\
                """).param("order", orderId).query(Long.class).single();
    }

    long charges(String orderId) {
        return sql().sql("""
                SELECT count(*)
                  FROM sandbox.provider_charges
                 WHERE order_ref = :order AND decline_code IS NULL\
                """).param("order", orderId).query(Long.class).single();
    }

    String status(String key) {
        return sql().sql("SELECT status FROM payment.payments WHERE idempotency_key = :key")
                .param("key", key)
                .query(String.class)
                .single();
    }

    List<String> events(String orderId) {
        return sql().sql(
                        "SELECT sequence || ' ' || type FROM payment.test_outbox WHERE subject = :order ORDER BY place")
                .param("order", orderId)
                .query(String.class)
                .list();
    }

    List<Map<String, Object>> rows(String table) {
        return new ArrayList<>(sql().sql("SELECT * FROM " + table).query().listOfRows());
    }

    @Override
    public void close() throws Exception {
        Reach.close(opened);
        database.close();
    }

    static Money usd(long cents) {
        return Money.of(cents, "USD");
    }

    static AuthorizeRequest authorize(String orderId, String key, long cents, String... methods) {
        return new AuthorizeRequest(
                orderId,
                key,
                usd(cents),
                methods.length == 0 ? List.of("pm_card_visa") : List.of(methods),
                false,
                null);
    }

    static AuthorizeRequest charge(String orderId, String key, long cents) {
        return new AuthorizeRequest(orderId, key, usd(cents), List.of("pm_card_visa"), true, null);
    }

    static CaptureRequest capture(String orderId, String key, Long cents) {
        return new CaptureRequest(null, orderId, key, cents == null ? null : usd(cents), null);
    }

    static RefundRequest refund(String paymentId, String key, Long cents) {
        return new RefundRequest(paymentId, key, cents == null ? null : usd(cents), "returned");
    }

    private static final class TableOutbox implements Outbox {
        @Override
        public void append(Connection db, List<Event> events) throws SQLException {
            try (var insert = db.prepareStatement(
                    "INSERT INTO payment.test_outbox (subject, type, sequence, data) VALUES (?, ?, ?, ?)")) {
                for (var event : events) {
                    insert.setString(1, event.subject());
                    insert.setString(2, event.type());
                    insert.setLong(3, event.sequence());
                    insert.setString(4, event.data());
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }

        @Override
        public String source() {
            return "/payment";
        }
    }
}
