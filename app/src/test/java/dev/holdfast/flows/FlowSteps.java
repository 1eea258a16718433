package dev.holdfast.flows;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.testing.TestServer;
import java.util.Optional;

/// The steps before the pivot, and where their effects are to be seen.
final class FlowSteps {

    private static final String CHECKOUT = "checkout";
    private static final String ORDER_FIRST = "order-first";

    private FlowSteps() {}

    static StepUnderTest reserveInventory(TestServer server) {
        return new StepUnderTest(server, CHECKOUT, "reserve-inventory", "reserve-inventory") {
            @Override
            String table() {
                return "inventory.reservations";
            }

            /// Held pieces by twos; and no piece may have come or gone.
            @Override
            public int effects(CheckoutOrder order) {
                var sku = order.lines().getFirst().productId();
                int held = count("SELECT sum(reserved) FROM inventory.inventory WHERE product_id = ?", sku);
                int all = count("SELECT sum(available + reserved) FROM inventory.inventory WHERE product_id = ?", sku);
                return held % PIECES == 0 && (all == STOCK || all == 1) ? held / PIECES : -1;
            }

            @Override
            public Optional<CheckoutOrder> another(CheckoutOrder order) {
                return Optional.of(order(order.orderId().substring("ord-".length()), PIECES + 2));
            }

            /// One piece too few, until the rest of the usual stock comes in.
            @Override
            public Optional<Refusal<CheckoutOrder>> refusal(String sagaId) {
                deliver(sagaId, 1);
                return Optional.of(new Refusal<>(order(sagaId, PIECES), () -> deliver(sagaId, STOCK - 1)));
            }

            @Override
            public boolean hasGenerations() {
                return true;
            }
        };
    }

    static StepUnderTest pinReservation(TestServer server) {
        return new StepUnderTest(server, CHECKOUT, "pin-reservation", "pin-reservation") {
            @Override
            String table() {
                return "inventory.reservations";
            }

            @Override
            public CheckoutOrder request(String sagaId) throws Exception {
                var order = super.request(sagaId);
                before("reserve-inventory", order, sagaId);
                return order;
            }

            @Override
            public int effects(CheckoutOrder order) {
                return count(
                        "SELECT count(*) FROM inventory.reservations WHERE reservation_id = ? AND status = 'pinned'",
                        order.orderId());
            }
        };
    }

    static StepUnderTest authorizePayment(TestServer server) {
        return new StepUnderTest(server, CHECKOUT, "authorize-payment", "authorize-payment") {
            @Override
            String table() {
                return "payment.payments";
            }

            /// The reservation as well: a payment that is repeated prolongs it.
            @Override
            public CheckoutOrder request(String sagaId) throws Exception {
                var order = super.request(sagaId);
                before("reserve-inventory", order, sagaId);
                return order;
            }

            /// With the second generation the customer has come up with another card.
            @Override
            public Outcome act(CheckoutOrder order, StepCall call) throws Exception {
                return super.act(order, call.generation() == 0 ? call : told(call, Flows.PAYMENT_METHOD, "pm-other"));
            }

            /// Charges of which the provider has money or has it set aside.
            @Override
            public int effects(CheckoutOrder order) {
                return count("""
                        SELECT count(*)
                          FROM sandbox.provider_charges
                         WHERE order_ref = ? AND decline_code IS NULL AND amount > released + refunded
                        """, order.orderId());
            }

            @Override
            public Optional<CheckoutOrder> another(CheckoutOrder order) {
                return Optional.of(paidWith(order, "pm-another"));
            }

            /// That card is declined for ever, so nothing can lift it.
            @Override
            public Optional<Refusal<CheckoutOrder>> refusal(String sagaId) throws Exception {
                return Optional.of(new Refusal<>(paidWith(request(sagaId), "pm_card_declined"), () -> {}));
            }

            @Override
            public boolean hasGenerations() {
                return true;
            }
        };
    }

    static StepUnderTest createOrder(TestServer server, String flow) {
        return new StepUnderTest(server, flow, "create-order", "create-order") {
            @Override
            String table() {
                return "orders.orders";
            }

            @Override
            public int effects(CheckoutOrder order) {
                return count(
                        "SELECT count(*) FROM orders.orders WHERE order_id = ? AND status <> 'cancelled'",
                        order.orderId());
            }

            @Override
            public Optional<CheckoutOrder> another(CheckoutOrder order) {
                return Optional.of(order(order.orderId().substring("ord-".length()), PIECES + 2));
            }
        };
    }

    /// Has no undo of its own: the order goes with `create-order`.
    static StepUnderTest reserveOrder(TestServer server) {
        return new StepUnderTest(server, ORDER_FIRST, "reserve-order", "create-order") {
            @Override
            String table() {
                return "orders.orders";
            }

            @Override
            public CheckoutOrder request(String sagaId) throws Exception {
                var order = order(sagaId, PIECES);
                before("create-order", order, sagaId);
                return order;
            }

            @Override
            public int effects(CheckoutOrder order) {
                return count(
                        "SELECT count(*) FROM orders.orders WHERE order_id = ? AND status = 'reserved'",
                        order.orderId());
            }
        };
    }

    static StepUnderTest createLabel(TestServer server) {
        return new StepUnderTest(server, CHECKOUT, "create-label", "create-label") {
            @Override
            String table() {
                return "shipping.shipments";
            }

            @Override
            public CheckoutOrder request(String sagaId) {
                return order(sagaId, PIECES);
            }

            /// Labels that a carrier would collect a parcel for.
            @Override
            public int effects(CheckoutOrder order) {
                return count(
                        "SELECT count(*) FROM carriers_sandbox.labels WHERE order_id = ? AND status = 'live'",
                        order.orderId());
            }

            @Override
            public Optional<CheckoutOrder> another(CheckoutOrder order) {
                return Optional.of(sentTo(order, "10001"));
            }

            /// No carrier delivers there, so nothing can lift it.
            @Override
            public Optional<Refusal<CheckoutOrder>> refusal(String sagaId) {
                return Optional.of(new Refusal<>(sentTo(request(sagaId), "00000"), () -> {}));
            }
        };
    }
}
