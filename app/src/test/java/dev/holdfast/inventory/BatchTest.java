package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static dev.holdfast.inventory.InventoryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryCommand.Commit;
import dev.holdfast.inventory.InventoryCommand.Correct;
import dev.holdfast.inventory.InventoryCommand.Expire;
import dev.holdfast.inventory.InventoryCommand.Extend;
import dev.holdfast.inventory.InventoryCommand.Pin;
import dev.holdfast.inventory.InventoryCommand.Receive;
import dev.holdfast.inventory.InventoryCommand.Release;
import dev.holdfast.inventory.InventoryCommand.Restock;
import dev.holdfast.inventory.InventoryCommand.Settle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A batch is many commands and one transaction, and nobody can tell by the answers.
class BatchTest {

    private static final String STATE = """
            SELECT concat_ws(' ', reservation_id, saga_id, idempotency_key, request_hash, status, event_seq, lines,
                             refusal, expires_at IS NULL)
              FROM inventory.reservations ORDER BY reservation_id
            """;

    private static final String STOCK = """
            SELECT concat_ws(' ', product_id, warehouse_id, available, reserved, committed)
              FROM inventory.inventory ORDER BY product_id, warehouse_id
            """;

    private static final String EVENTS = """
            SELECT concat_ws(' ', type, subject, sequence, data::jsonb - 'timestamp')
              FROM inventory.told ORDER BY subject, sequence
            """;

    private static final String KEYS = """
            SELECT concat_ws(' ', idempotency_key, request_hash, answer)
              FROM inventory.stock_changes ORDER BY idempotency_key
            """;

    @ParameterizedTest
    @ValueSource(longs = {7, 77, 777})
    void a_batch_answers_as_if_one_came_after_the_other(long seed) throws Exception {
        var random = new Random(seed);
        try (var together = new InventoryFixture();
                var apart = new InventoryFixture()) {
            for (int round = 0; round < 25; round++) {
                var commands = commands(together, random, round);
                var answers = words(together.run(commands));
                var alone = new ArrayList<String>();
                for (var command : commands) {
                    alone.addAll(words(apart.run(List.of(command))));
                }
                var where = "seed %d, round %d: %s".formatted(seed, round, commands);
                assertThat(answers).as(where).isEqualTo(alone);
                for (var query : List.of(STATE, STOCK, KEYS)) {
                    assertThat(together.texts(query)).as(where).isEqualTo(apart.texts(query));
                }
                for (int i = 0; i < 3; i++) {
                    var lapsing = "r" + random.nextInt(30);
                    together.lapse(lapsing);
                    apart.lapse(lapsing);
                }
            }
            assertThat(together.texts(EVENTS)).as("seed " + seed).isEqualTo(apart.texts(EVENTS));
            assertThat(together.books.audit().holds()).isTrue();
        }
    }

    @Test
    void a_batch_run_again_after_its_commit_was_lost_answers_the_same_and_moves_nothing() throws Exception {
        try (var fixture = new InventoryFixture()) {
            var random = new Random(5);
            fixture.run(List.of(receive("k", "p0", 9), receive("l", "p1", 9)));
            var requests = new InventoryRequests(fixture.warehouses);
            var commands = new ArrayList<InventoryCommand>();
            for (int i = 0; i < 12; i++) {
                commands.add(requests.hold(new HoldRequest(
                        "h" + i, "s" + i, "k" + i, null, false, null, List.of(line("p" + random.nextInt(2), 2)))));
            }
            commands.add(receive("m", "p2", 4));
            commands.add(new Release(ReservationRef.reservation("never")));
            commands.add(new Release(ReservationRef.saga("nobody")));
            var first = fixture.run(commands);
            var stock = fixture.texts(STOCK);
            var events = fixture.texts(EVENTS);
            assertThat(words(fixture.run(commands))).isEqualTo(words(first));
            assertThat(fixture.texts(STOCK)).isEqualTo(stock);
            assertThat(fixture.texts(EVENTS)).isEqualTo(events);
        }
    }

    @Test
    void holds_of_one_product_in_one_batch_are_one_row_update() throws Exception {
        try (var fixture = new InventoryFixture()) {
            fixture.stock("ticket", 1_000);
            var commands = IntStream.range(0, 100)
                    .mapToObj(i -> (InventoryCommand)
                            new InventoryRequests(fixture.warehouses).hold(request("r" + i, line("ticket", 1))))
                    .toList();
            fixture.run(commands);
            assertThat(fixture.available("ticket")).isEqualTo(900);
            assertThat(fixture.texts("SELECT version FROM inventory.inventory")).containsExactly("2");
        }
    }

    private static List<InventoryCommand> commands(InventoryFixture fixture, Random random, int round) {
        var requests = new InventoryRequests(fixture.warehouses);
        var commands = new ArrayList<InventoryCommand>();
        for (int i = 3 + random.nextInt(30); i > 0; i--) {
            var id = "r" + random.nextInt(30);
            var saga = random.nextInt(4) == 0 ? id : "s" + Integer.parseInt(id.substring(1)) / 2;
            var target = random.nextInt(4) == 0
                    ? ReservationRef.saga("s" + random.nextInt(15))
                    : ReservationRef.reservation(id);
            var key = "k" + round + random.nextInt(4);
            commands.add(
                    switch (random.nextInt(14)) {
                        case 0, 1, 2, 3, 4 ->
                            requests.hold(new HoldRequest(
                                    id, saga, id + random.nextInt(2), null, random.nextBoolean(), null, lines(random)));
                        case 5, 6 -> new Release(target);
                        case 7 -> new Commit(target);
                        case 8 -> new Pin(target, null);
                        case 9 -> new Extend(target, Instant.parse("2100-01-01T00:00:00Z"));
                        case 10 -> new Expire(List.of("r1", "r5", "r11", id));
                        case 11 -> new Restock(target, key, "restock" + target, List.of());
                        case 12 ->
                            new Settle(
                                    ReservationRef.reservation(id),
                                    key,
                                    "settle" + id,
                                    1 + random.nextInt(3),
                                    random.nextBoolean() ? Status.COMMITTED : Status.RELEASED);
                        default ->
                            random.nextBoolean()
                                    ? receive(key, "p" + random.nextInt(4), 5)
                                    : new Correct(null, "", "p" + random.nextInt(4), "main", random.nextInt(9));
                    });
        }
        return commands;
    }

    private static InventoryCommand receive(String key, String product, int quantity) {
        return new Receive(key, product + quantity, List.of(new Receipt(product, "main", quantity)));
    }

    private static List<HoldLine> lines(Random random) {
        return random.ints(1 + random.nextInt(2), 0, 4)
                .mapToObj(product -> line("p" + product, 1 + random.nextInt(3)))
                .toList();
    }

    /// The outcomes without their deadlines, which depend on the time of the run.
    private static List<String> words(List<Outcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome.toString().replaceAll("expiresAt=[^,]+", "expiresAt"))
                .toList();
    }
}
