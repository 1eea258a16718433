package dev.holdfast.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.test.conformance.Conformance;
import dev.holdfast.saga.test.conformance.ConformanceSettings;
import dev.holdfast.testing.TestServer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every step before the pivot keeps what its saga relies on.
///
/// The steps behind it are not here: they have no undo and no deadline. Nothing may refuse them, they are repeated
/// until they succeed, and one that comes late does what would have been done anyway. Nor is the pivot: a begun one
/// is repeated until it is known, and what `capture-payment` took is given back by the undo of `authorize-payment`.
///
/// That services forget nothing when they die is what their own tests look at; here a call loses its connection
/// before the commit.
class StepPromisesTest {

    private static final List<String> IN_SERVICE_TESTS = List.of("deathAfterCommit", "restart");

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(
                "holdfast.payment.sweep-interval=200ms",
                "holdfast.payment.sweep-after=1s",
                "holdfast.shipping.carrier-backoff=10ms");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> reserve_inventory_keeps_its_promises() {
        return checks("hold", FlowSteps.reserveInventory(server));
    }

    /// A pin is refused for good: its reservation was released, or has lapsed.
    @TestFactory
    Stream<DynamicTest> pin_reservation_keeps_its_promises() {
        return checks("pin", FlowSteps.pinReservation(server), "refusal", "another", "hasGenerations");
    }

    @TestFactory
    Stream<DynamicTest> authorize_payment_keeps_its_promises() {
        return checks("pay", FlowSteps.authorizePayment(server));
    }

    /// An order is refused for good: it was cancelled.
    @TestFactory
    Stream<DynamicTest> create_order_keeps_its_promises() {
        return checks("order", FlowSteps.createOrder(server, "checkout"), "refusal", "hasGenerations");
    }

    @TestFactory
    Stream<DynamicTest> create_order_at_first_keeps_its_promises() {
        return checks("first", FlowSteps.createOrder(server, "order-first"), "refusal", "hasGenerations");
    }

    @TestFactory
    Stream<DynamicTest> reserve_order_keeps_its_promises() {
        return checks("reserve", FlowSteps.reserveOrder(server), "refusal", "another", "hasGenerations");
    }

    /// No signal changes the request of a label, so it has no generations.
    @TestFactory
    Stream<DynamicTest> create_label_keeps_its_promises() {
        return checks("label", FlowSteps.createLabel(server), "hasGenerations");
    }

    /// A node that died may have called long ago; the attempt of the one that goes on has the number 0 again.
    @Test
    void a_payment_that_may_have_been_asked_for_before_prolongs_its_hold() throws Exception {
        var step = FlowSteps.authorizePayment(server);
        for (var repeated : new boolean[] {false, true}) {
            var saga = "taken-up-" + repeated;
            var key = saga + ":authorize-payment";
            var order = step.request(saga);
            var soon = step.books
                    .sql("""
                            UPDATE inventory.reservations
                               SET expires_at = clock_timestamp() + interval '1 minute'
                             WHERE reservation_id = ?
                            RETURNING expires_at
                            """)
                    .param(order.orderId())
                    .query(OffsetDateTime.class)
                    .single();
            var notAfter = Instant.now().plusSeconds(60);
            var call = new StepCall(saga, "authorize-payment", key, key, 0, 0, notAfter, Map.of(), Map.of(), repeated);
            assertThat(step.act(order, call)).isInstanceOf(Outcome.Done.class);
            var expiry = step.books
                    .sql("SELECT expires_at FROM inventory.reservations WHERE reservation_id = ?")
                    .param(order.orderId())
                    .query(OffsetDateTime.class)
                    .single();
            assertThat(expiry.isAfter(soon)).isEqualTo(repeated);
        }
    }

    /// @param notGiven what the step has not, so that its checks are left out
    private static Stream<DynamicTest> checks(String ids, StepUnderTest step, String... notGiven) {
        var settings = ConformanceSettings.of(ids).rounds(15).patience(Duration.ofSeconds(10));
        var conformance = Conformance.of(step, settings);
        assertThat(conformance.leftOut())
                .allMatch(line -> Stream.concat(IN_SERVICE_TESTS.stream(), Stream.of(notGiven))
                        .anyMatch(line::contains));
        return conformance.checks().map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }
}
