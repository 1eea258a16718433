package dev.holdfast.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.orders.OrdersApi.Accepted;
import dev.holdfast.orders.OrdersApi.OrderResult;
import dev.holdfast.orders.OrdersApi.Refused;
import dev.holdfast.orders.OrdersCommand.Advance;
import dev.holdfast.orders.OrdersCommand.Answer;
import dev.holdfast.orders.OrdersCommand.Answered;
import dev.holdfast.orders.OrdersCommand.Cancel;
import dev.holdfast.orders.OrdersCommand.Create;
import dev.holdfast.orders.OrdersCommand.Noted;
import dev.holdfast.orders.OrdersCommand.Reused;
import dev.holdfast.testing.Rerun;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Batches of random commands on few orders, so that several commands meet on one order in one batch, must answer
/// as a model answers that takes one command after the other.
class OrdersModelTest {

    private static final List<String> PATH =
            List.of("created", "reserved", "confirmed", "shipped", "delivered", "refund_pending", "refunded");

    private static final List<OrderState> TARGETS = List.of(
            OrderState.RESERVED,
            OrderState.CONFIRMED,
            OrderState.CONFIRMED,
            OrderState.SHIPPED,
            OrderState.DELIVERED,
            OrderState.REFUND_PENDING,
            OrderState.REFUNDED);

    @Test
    void a_batch_answers_as_if_one_after_the_other() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (var fixture = new OrdersFixture();
                var db = fixture.database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            var model = new HashMap<String, String>();
            var batch = fixture.batch();
            for (int round = 0; round < 150; round++) {
                var commands = commands(random, "ord_" + round / 10 + "_");
                var answers = Rerun.run(batch, db, commands);
                if (random.nextInt(10) == 0) {
                    // The lane died before COMMIT; it runs the same batch again.
                    db.rollback();
                    answers = Rerun.run(batch, db, commands);
                }
                db.commit();
                var expected =
                        commands.stream().map(command -> expect(command, model)).toList();
                assertThat(answers.stream().map(OrdersModelTest::shown).toList())
                        .as("seed %s, round %s, %s", seed, round, commands)
                        .isEqualTo(expected);
            }
            check(fixture, model, seed);
        }
    }

    private static void check(OrdersFixture fixture, Map<String, String> model, long seed) throws SQLException {
        assertThat(fixture.books.broken()).as("seed %s", seed).isZero();
        model.forEach((id, state) -> {
            if (id.endsWith("#hash")) {
                return;
            }
            var tombstone = state.equals("tombstone");
            assertThat(fixture.orders.find(id).map(OrdersApi.Order::status))
                    .as("seed %s, %s", seed, id)
                    .isEqualTo(tombstone ? java.util.Optional.empty() : java.util.Optional.of(state));
            var history = fixture.jdbc
                    .sql("SELECT event_type || ' ' || seq FROM orders.order_events WHERE order_id = ? ORDER BY seq")
                    .param(id)
                    .query(String.class)
                    .list();
            assertThat(fixture.events.told(id)).as("seed %s, %s", seed, id).isEqualTo(tombstone ? List.of() : history);
        });
    }

    private static List<OrdersCommand> commands(Random random, String prefix) {
        var commands = new ArrayList<OrdersCommand>();
        int size = 1 + random.nextInt(12);
        for (int i = 0; i < size; i++) {
            var id = prefix + random.nextInt(6);
            commands.add(
                    switch (random.nextInt(6)) {
                        case 0, 1 -> {
                            int quantity = random.nextInt(8) == 0 ? 2 : 1;
                            // Whether it is created reserved depends on the id, as a flow's choice does.
                            boolean reserved = id.hashCode() % 2 == 0;
                            var request = OrdersFixture.request(id, quantity, reserved, null);
                            yield new Create(request, "hash of quantity " + quantity, null);
                        }
                        case 2 ->
                            random.nextInt(3) == 0
                                    ? new Cancel(id, "a reason", null)
                                    : new Advance(id, OrderState.RESERVED, null, null);
                        default -> new Advance(id, TARGETS.get(random.nextInt(TARGETS.size())), null, null);
                    });
        }
        return commands;
    }

    private static String expect(OrdersCommand command, Map<String, String> model) {
        var state = model.get(command.orderId());
        return switch (command) {
            case Create create -> expectCreate(create, state, model);
            case Cancel cancel -> expectCancel(cancel.orderId(), state, model);
            case Advance advance -> expectAdvance(advance, state, model);
            case OrdersCommand.CheckoutFailed _ -> "noted";
        };
    }

    private static String expectCreate(Create create, String state, Map<String, String> model) {
        var id = create.orderId();
        if (state == null) {
            model.put(id, create.request().reserved() ? "reserved" : "created");
            model.put(id + "#hash", create.hash());
        } else if (state.equals("tombstone")) {
            return "order-cancelled";
        } else if (!create.hash().equals(model.get(id + "#hash"))) {
            return "reused";
        }
        return model.get(id).equals("cancelled") ? "order-cancelled" : model.get(id);
    }

    private static String expectCancel(String id, String state, Map<String, String> model) {
        if (state == null) {
            model.put(id, "tombstone");
            return "cancelled";
        }
        if (List.of("created", "reserved", "confirmed").contains(state)) {
            model.put(id, "cancelled");
            return "cancelled";
        }
        return List.of("tombstone", "cancelled").contains(state) ? "cancelled" : "invalid-transition";
    }

    private static String expectAdvance(Advance advance, String state, Map<String, String> model) {
        if (state == null) {
            return "not-found";
        }
        int now = PATH.indexOf(state);
        int wanted = PATH.indexOf(advance.to().code());
        if (now < 0) {
            return "order-cancelled";
        }
        if (wanted == now + 1) {
            model.put(advance.orderId(), advance.to().code());
            return advance.to().code();
        }
        return wanted <= now ? state : "invalid-transition";
    }

    private static String shown(Answer answer) {
        return switch (answer) {
            case Answered(OrderResult result) ->
                switch (result) {
                    case Accepted(String _, String status) -> status;
                    case Refused(String code, String _) -> code;
                };
            case Reused() -> "reused";
            case Noted() -> "noted";
        };
    }
}
