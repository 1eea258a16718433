package dev.holdfast.orders;

import static dev.holdfast.orders.OrdersFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.orders.OrdersApi.Accepted;
import dev.holdfast.orders.OrdersApi.CreateRequest;
import dev.holdfast.orders.OrdersApi.OrderResult;
import dev.holdfast.orders.OrdersApi.Refused;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.testing.Reach;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the owner of a saga's step promises, promise by promise.
@ParameterizedClass(name = "{0}")
@EnumSource(Reach.class)
class OrdersPromisesTest {

    private final OrdersFixture fixture;
    private final OrdersApi orders;

    OrdersPromisesTest(Reach reach) {
        fixture = new OrdersFixture(reach);
        orders = fixture.orders;
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void created_and_reserved_are_two_rows_and_two_events_of_one_transaction() {
        assertThat(orders.create(request("ord_1"))).isEqualTo(new Accepted("ord_1", "reserved"));
        assertThat(fixture.transitions("ord_1")).containsExactly(">created", "created>reserved");
        assertThat(fixture.events.told("ord_1")).containsExactly("OrderCreated 1", "OrderReserved 2");
    }

    @Test
    void an_event_carries_the_whole_order() {
        orders.create(request("ord_abc123"));
        orders.confirm("ord_abc123");
        assertThat(fixture.events.about("ord_abc123").getLast().data()).isEqualTo("""
                {"event_type":"OrderConfirmed","order_id":"ord_abc123","user_id":"usr_456",\
                "items":[{"product_id":"SKU-123","quantity":2,"price":29.99}],"total":59.98,\
                "timestamp":"2025-08-05T14:23:00Z"}\
                """);
    }

    @Test
    void the_same_key_twice_creates_one_order_and_answers_its_state() {
        orders.create(request("ord_1"));
        orders.confirm("ord_1");
        assertThat(orders.create(request("ord_1"))).isEqualTo(new Accepted("ord_1", "confirmed"));
        assertThat(fixture.events.told("ord_1"))
                .containsExactly("OrderCreated 1", "OrderReserved 2", "OrderConfirmed 3");
    }

    @Test
    void a_later_deadline_does_not_make_it_another_request() {
        orders.create(request("ord_1", 2, true, Instant.now().plusSeconds(60)));
        assertThat(orders.create(request("ord_1", 2, true, Instant.now().plusSeconds(90))))
                .isEqualTo(new Accepted("ord_1", "reserved"));
    }

    @Test
    void another_request_under_the_same_id_is_an_error_that_says_so() {
        orders.create(request("ord_1"));
        assertThatThrownBy(() -> orders.create(request("ord_1", 3, true, null))).isInstanceOf(KeyReusedException.class);
    }

    @Test
    void another_key_under_the_same_id_is_refused_and_leaves_the_order_alone() {
        var first = request("ord_1");
        orders.create(first);
        var other = new CreateRequest(
                "ord_1",
                first.userId(),
                "saga_2:create-order",
                first.lines(),
                first.total(),
                first.shippingAddress(),
                first.paymentMethod(),
                true,
                null);
        assertThat(code(orders.create(other))).isEqualTo("order-id-taken");
        assertThat(orders.create(first)).isEqualTo(new Accepted("ord_1", "reserved"));
    }

    @Test
    void undo_before_do_leaves_a_tombstone_that_refuses_the_do_and_tells_nobody() {
        assertThat(orders.cancel("ord_1", "checkout failed")).isEqualTo(new Accepted("ord_1", "cancelled"));
        assertThat(code(orders.create(request("ord_1")))).isEqualTo("order-cancelled");
        assertThat(code(orders.confirm("ord_1"))).isEqualTo("order-cancelled");
        assertThat(fixture.transitions("ord_1")).containsExactly(">created", "created>cancelled");
        assertThat(fixture.events.about("ord_1")).isEmpty();
        assertThat(orders.find("ord_1")).isEmpty();
        assertThat(orders.history("ord_1")).isEmpty();
        assertThat(orders.list(null, null, 10)).isEmpty();
        assertThat(fixture.books.broken()).isZero();
    }

    @Test
    void a_do_after_the_undo_is_refused() {
        orders.create(request("ord_1"));
        orders.cancel("ord_1", "no label");
        assertThat(code(orders.create(request("ord_1")))).isEqualTo("order-cancelled");
        assertThat(fixture.events.told("ord_1"))
                .containsExactly("OrderCreated 1", "OrderReserved 2", "OrderCancelled 3");
    }

    @Test
    void a_do_after_its_deadline_is_refused_and_leaves_nothing() {
        assertThat(code(orders.create(request("ord_1", 2, true, Instant.now().minusSeconds(1)))))
                .isEqualTo("too-late");
        assertThat(fixture.transitions("ord_1")).isEmpty();
        assertThat(orders.cancel("ord_1", "gave up")).isEqualTo(new Accepted("ord_1", "cancelled"));
    }

    /// The late creation claims nothing, so the cancellation behind it claims, and meets the other node's.
    @Test
    void a_late_do_and_its_undo_in_one_batch_answer_while_another_node_undoes_it_too() throws Exception {
        var database = fixture.database.dataSource();
        try (var other = database.getConnection();
                var own = database.getConnection();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            own.setAutoCommit(false);
            fixture.batch().run(other, List.of(new OrdersCommand.Cancel("ord_1", "elsewhere", null)));
            int backend = own.unwrap(org.postgresql.PGConnection.class).getBackendPID();
            var late = request("ord_1", 2, true, Instant.now().minusSeconds(1));
            var answers = threads.submit(() -> fixture.batch()
                    .run(
                            own,
                            List.of(
                                    new OrdersCommand.Create(late, "hash", null),
                                    new OrdersCommand.Cancel("ord_1", "here", null))));
            await().until(() -> fixture.jdbc
                    .sql("SELECT pg_blocking_pids(?) <> '{}'")
                    .param(backend)
                    .query(Boolean.class)
                    .single());
            other.commit();
            assertThat(answers.get().getLast())
                    .isEqualTo(new OrdersCommand.Answered(new Accepted("ord_1", "cancelled")));
            own.commit();
        }
        assertThat(fixture.transitions("ord_1")).containsExactly(">created", "created>cancelled");
    }

    @Test
    void undo_twice_succeeds() {
        orders.create(request("ord_1"));
        assertThat(orders.cancel("ord_1", "once")).isEqualTo(new Accepted("ord_1", "cancelled"));
        assertThat(orders.cancel("ord_1", "twice")).isEqualTo(new Accepted("ord_1", "cancelled"));
        assertThat(fixture.transitions("ord_1")).hasSize(3);
    }

    @Test
    void a_late_reservation_leaves_the_order_as_it_is() {
        orders.create(request("ord_1", 2, false, null));
        var past = Instant.now().minusSeconds(60);

        assertThat(((Refused) orders.reserve("ord_1", past)).code()).isEqualTo("too-late");
        assertThat(fixture.transitions("ord_1")).containsExactly(">created");
        var reserved = new Accepted("ord_1", "reserved");
        assertThat(orders.reserve("ord_1", Instant.now().plusSeconds(60))).isEqualTo(reserved);
        assertThat(orders.reserve("ord_1", past)).isEqualTo(reserved);
    }

    @Test
    void reserve_and_confirm_answer_the_same_twice() {
        orders.create(request("ord_1", 2, false, null));
        assertThat(orders.reserve("ord_1", null)).isEqualTo(new Accepted("ord_1", "reserved"));
        assertThat(orders.reserve("ord_1", null)).isEqualTo(new Accepted("ord_1", "reserved"));
        assertThat(orders.confirm("ord_1")).isEqualTo(new Accepted("ord_1", "confirmed"));
        assertThat(orders.confirm("ord_1")).isEqualTo(new Accepted("ord_1", "confirmed"));
        assertThat(fixture.transitions("ord_1")).containsExactly(">created", "created>reserved", "reserved>confirmed");
    }

    @Test
    void an_order_that_is_not_reserved_cannot_be_confirmed() {
        orders.create(request("ord_1", 2, false, null));
        assertThat(code(orders.confirm("ord_1"))).isEqualTo("invalid-transition");
        assertThat(code(orders.confirm("ord_2"))).isEqualTo("not-found");
    }

    @Test
    void a_shipped_order_cannot_be_cancelled() {
        orders.create(request("ord_1"));
        orders.confirm("ord_1");
        var lane = fixture.database.open("shipped", fixture.database.of("orders"), fixture.batch());
        lane.submit(new OrdersCommand.Advance("ord_1", OrderState.SHIPPED, null, null));
        assertThat(code(orders.cancel("ord_1", "too late"))).isEqualTo("invalid-transition");
        assertThat(orders.confirm("ord_1")).isEqualTo(new Accepted("ord_1", "shipped"));
    }

    @Test
    void do_and_undo_racing_on_two_nodes_end_in_undone() throws Exception {
        var other = fixture.node(fixture.database);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 60; i++) {
                var id = "ord_" + i;
                var start = new CyclicBarrier(2);
                var created = threads.submit(after(start, () -> orders.create(request(id))));
                var cancelled = threads.submit(after(start, () -> other.cancel(id, "race")));
                created.get();
                assertThat(cancelled.get()).isEqualTo(new Accepted(id, "cancelled"));
                assertThat(fixture.transitions(id).getLast()).endsWith(">cancelled");
            }
        }
        assertThat(fixture.books.broken()).isZero();
        assertThat(fixture.books.open(null, 10)).isEmpty();
    }

    @Test
    void two_nodes_creating_one_order_at_once_create_it_once() throws Exception {
        var other = fixture.node(fixture.database);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 60; i++) {
                var id = "ord_" + i;
                var start = new CyclicBarrier(2);
                var one = threads.submit(after(start, () -> orders.create(request(id))));
                var two = threads.submit(after(start, () -> other.create(request(id))));
                assertThat(one.get()).isEqualTo(new Accepted(id, "reserved"));
                assertThat(two.get()).isEqualTo(new Accepted(id, "reserved"));
                assertThat(fixture.events.told(id)).containsExactly("OrderCreated 1", "OrderReserved 2");
            }
        }
    }

    @Test
    void a_failed_checkout_is_told_once() {
        orders.checkoutFailed("ord_1", "usr_456", "out-of-stock", "the last unit is gone");
        orders.checkoutFailed("ord_1", "usr_456", "out-of-stock", "the last unit is gone");
        assertThat(fixture.events.about("ord_1")).singleElement().satisfies(event -> {
            assertThat(event.sequence()).isEqualTo(1);
            assertThat(event.data()).isEqualTo("""
                    {"event_type":"CheckoutFailed","order_id":"ord_1","user_id":"usr_456","code":"out-of-stock",\
                    "message":"the last unit is gone","timestamp":"2025-08-05T14:23:00Z"}\
                    """);
        });
    }

    @Test
    void a_failed_checkout_that_left_an_order_is_told_by_the_order() {
        orders.create(request("ord_1"));
        orders.cancel("ord_1", "declined");
        orders.checkoutFailed("ord_1", "usr_456", "payment-declined", "declined");
        assertThat(fixture.events.told("ord_1"))
                .doesNotContain("CheckoutFailed 1")
                .hasSize(3);
    }

    @Test
    void a_failed_checkout_is_told_although_a_tombstone_is_there() {
        orders.cancel("ord_1", "undone before it was done");
        orders.checkoutFailed("ord_1", null, "unavailable", "nothing answered");
        assertThat(fixture.events.told("ord_1")).containsExactly("CheckoutFailed 1");
    }

    @Test
    void an_order_that_arrives_after_its_checkout_has_failed_is_refused() {
        orders.checkoutFailed("ord_1", "usr_456", "unavailable", "nothing answered");
        assertThat(code(orders.create(request("ord_1")))).isEqualTo("order-cancelled");
        assertThat(orders.find("ord_1")).isEmpty();
    }

    @Test
    void a_total_that_is_not_the_sum_of_the_lines_is_refused_before_it_is_recorded() {
        var good = request("ord_1");
        var bad = new OrdersApi.CreateRequest(
                good.orderId(),
                good.userId(),
                good.key(),
                good.lines(),
                dev.holdfast.platform.Money.of(1, "USD"),
                good.shippingAddress(),
                good.paymentMethod(),
                true,
                null);
        assertThatThrownBy(() -> orders.create(bad)).hasMessageContaining("sum up to 59.98 USD, not to 0.01 USD");
    }

    private static Callable<OrderResult> after(CyclicBarrier start, Callable<OrderResult> work) {
        return () -> {
            start.await();
            return work.call();
        };
    }

    private static String code(OrderResult result) {
        return switch (result) {
            case Refused(String code, String _) -> code;
            case Accepted accepted -> accepted.toString();
        };
    }
}
