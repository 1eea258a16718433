package dev.holdfast.payment;

import dev.holdfast.payment.PaymentBooks.Check;
import dev.holdfast.payment.PaymentBooks.OrderMoney;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Trouble;
import dev.holdfast.testing.Untold;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The real payment service with the simulated provider, for exploring what faults do to it.
public final class ExploredPayment {

    private static final FaultRates DECLINING = new FaultRates(1, 0, 0, 0, 0);

    private final Trouble trouble;
    private final OutsideProvider provider;
    private final PaymentService payments;
    private final PaymentSweeper sweeper;
    private final PaymentBooks books;
    private final JdbcClient sql;
    private volatile boolean declining;

    public ExploredPayment(TestDatabase database, Trouble trouble) {
        this.trouble = trouble;
        this.sql = JdbcClient.create(database.dataSource());
        var sandbox = database.of("sandbox");
        var entries = new SandboxBooks();
        var simulated = new SimulatedProvider(
                database.open("sandbox", sandbox, entries),
                entries,
                sandbox,
                () -> Duration.ZERO,
                () -> declining ? DECLINING : FaultRates.NONE);
        this.provider = new OutsideProvider("simulated", simulated)
                .before(this::reached)
                .after(this::answered);
        var own = database.of("payment");
        var lane = new PaymentLane(database.open("payment", own, new PaymentBatch(new Untold("/payment"))));
        var providers = new Providers(List.of(provider));
        var calls = new ProviderCalls(lane, providers, Duration.ofMinutes(1), new SimpleMeterRegistry());
        this.payments = new PaymentService(lane, providers, calls, new PaymentReads(own));
        this.books = new Books(own, providers);
        var tomorrow = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));
        this.sweeper = new PaymentSweeper(
                lane,
                calls,
                new UnsettledOrders(own, Duration.ofSeconds(1), tomorrow),
                Duration.ofSeconds(1),
                Duration.ZERO);
        database.execute("CREATE INDEX explored ON sandbox.provider_charges (order_ref)");
    }

    /// A new schedule begins: no card is declined.
    public void begin() {
        declining = false;
    }

    /// From now on the provider declines what it has not approved yet.
    public void decline() {
        declining = true;
    }

    public PaymentApi api() {
        return payments;
    }

    /// As of tomorrow, so that everything counts as old.
    public void sweep() {
        try {
            sweeper.sweep();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What the provider has of an order's money, in cents.
    ///
    /// @param charges authorizations that hold or have taken something
    /// @param pending set aside
    /// @param paid taken and kept
    public record Statement(long charges, long pending, long paid) {}

    public Statement atProvider(String orderId) {
        return sql.sql("""
                        SELECT count(*) FILTER (WHERE amount - released - refunded > 0) AS charges,
                               coalesce(sum(amount - captured - released), 0) * 100 AS pending,
                               coalesce(sum(captured - refunded), 0) * 100 AS paid
                          FROM sandbox.provider_charges
                         WHERE order_ref = ? AND decline_code IS NULL
                        """).param(orderId).query(Statement.class).single();
    }

    /// What the service's own books say.
    ///
    /// @param before the order id before it
    public Optional<OrderMoney> money(String before, String orderId) {
        return books.money(before, 1).stream()
                .filter(money -> money.orderId().equals(orderId))
                .findFirst();
    }

    /// The rules of all payments that do not hold.
    public List<Check> broken() {
        return books.checks().stream().filter(check -> check.broken() > 0).toList();
    }

    private void reached(String call, String key) {
        if (trouble.happens("the provider cannot be reached for " + call)) {
            throw new NoEffectException("connection refused", null);
        }
    }

    private void answered(String call, String key) {
        if (trouble.happens("the provider does not answer to the " + call + " it made")) {
            throw new EffectUnclearException("no answer", null);
        }
    }
}
