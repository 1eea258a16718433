package dev.holdfast.flows;

import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Money;
import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.Step;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.test.conformance.ParticipantUnderTest;
import dev.holdfast.testing.TestServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// One step of a flow, called as its saga calls it: the actions of the definition, with the services of a whole
/// server behind them. Orders are of two pieces of a product that only they want, of nine in stock.
abstract class StepUnderTest implements ParticipantUnderTest<CheckoutOrder> {

    static final int STOCK = 9;
    static final int PIECES = 2;

    private final TestServer server;
    private final String flow;
    private final String step;
    private final String undoneWith;
    final JdbcClient books;

    /// @param undoneWith the step whose undo takes it back
    StepUnderTest(TestServer server, String flow, String step, String undoneWith) {
        this.server = server;
        this.flow = flow;
        this.step = step;
        this.undoneWith = undoneWith;
        books = JdbcClient.create(server.database().dataSource());
    }

    @Override
    public String name() {
        return flow + ", " + step;
    }

    @Override
    public Outcome act(CheckoutOrder order, StepCall call) throws Exception {
        return action(step).does().run(order, call);
    }

    @Override
    public Outcome undo(CheckoutOrder order, StepCall call) throws Exception {
        return action(undoneWith).undoneBy().run(order, call);
    }

    /// The table whose commit a call may lose.
    abstract String table();

    /// Ends the next session that is about to commit a row of the table: all is done, nothing is committed. A
    /// sequence does not roll back, so it dies once.
    @Override
    public Optional<Happening> deathBeforeCommit() {
        server.database().execute("""
                CREATE SEQUENCE IF NOT EXISTS public.deaths MINVALUE 0 START 1000;
                CREATE OR REPLACE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('public.deaths') = 1 THEN
                        PERFORM pg_terminate_backend(pg_backend_pid());
                        PERFORM pg_sleep(60);
                    END IF;
                    RETURN NULL;
                END $$;
                DROP TRIGGER IF EXISTS dies ON %1$s;
                CREATE CONSTRAINT TRIGGER dies AFTER INSERT OR UPDATE ON %1$s
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.die();
                """.formatted(table()));
        return Optional.of(() -> server.database().execute("SELECT setval('public.deaths', 0)"));
    }

    @Override
    public CheckoutOrder request(String sagaId) throws Exception {
        deliver(sagaId, STOCK);
        return order(sagaId, PIECES);
    }

    /// The action of another step before this one.
    void before(String earlier, CheckoutOrder order, String sagaId) throws Exception {
        var key = sagaId + ":" + earlier;
        var call =
                new StepCall(sagaId, earlier, key, key, 0, 0, Instant.now().plusSeconds(60), Map.of(), Map.of(), false);
        var outcome = action(earlier).does().run(order, call);
        if (!(outcome instanceof Outcome.Done)) {
            throw new IllegalStateException(earlier + " of " + sagaId + " was to be done: " + outcome);
        }
    }

    /// As the saga calls after a signal.
    static StepCall told(StepCall call, String signal, String payload) {
        return new StepCall(
                call.sagaId(),
                call.step(),
                call.key(),
                call.doKey(),
                call.attempt(),
                call.generation(),
                call.notAfter(),
                call.facts(),
                Map.of(signal, payload),
                call.repeated());
    }

    void deliver(String sagaId, int pieces) {
        var receipt = new Receipt(sku(sagaId), null, pieces);
        server.bean(InventoryApi.class).receive(sagaId + ":delivery:" + pieces, List.of(receipt));
    }

    static String sku(String sagaId) {
        return "sku-" + sagaId;
    }

    static CheckoutOrder order(String sagaId, int pieces) {
        var price = Money.of(1_000, "USD");
        var line = new OrderLine(sku(sagaId), "A thing", pieces, price);
        return new CheckoutOrder(
                "ord-" + sagaId,
                "cart-" + sagaId,
                null,
                List.of(line),
                price.times(pieces),
                new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US"),
                List.of("pm-" + sagaId),
                "standard");
    }

    static CheckoutOrder paidWith(CheckoutOrder order, String method) {
        return new CheckoutOrder(
                order.orderId(),
                order.cartId(),
                order.userId(),
                order.lines(),
                order.total(),
                order.shippingAddress(),
                List.of(method),
                order.deliveryPreference());
    }

    static CheckoutOrder sentTo(CheckoutOrder order, String zip) {
        return new CheckoutOrder(
                order.orderId(),
                order.cartId(),
                order.userId(),
                order.lines(),
                order.total(),
                new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", zip, "US"),
                order.paymentMethodIds(),
                order.deliveryPreference());
    }

    int count(String query, Object value) {
        return books.sql(query).param(value).query(Integer.class).single();
    }

    private Step<CheckoutOrder> action(String name) {
        return server.bean(Flows.class).named(flow).orElseThrow().step(name);
    }
}
