package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static dev.holdfast.inventory.InventoryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldResult;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Two nodes: two lanes, two connections, one database. A deadlock would show as an exception of some call.
@ParameterizedClass(name = "{0}")
@EnumSource(Strategy.class)
class RacesTest {

    private final InventoryFixture fixture;
    private final List<InventoryService> nodes;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    RacesTest(Strategy strategy) {
        fixture = new InventoryFixture(strategy);
        nodes = List.of(fixture.inventory, fixture.node(InventoryFixture.LONG));
    }

    @AfterEach
    void close() throws Exception {
        threads.close();
        assertThat(fixture.books.audit().rules())
                .allSatisfy(
                        rule -> assertThat(rule.broken()).as(rule.toString()).isZero());
        fixture.close();
    }

    @Test
    void a_hundred_pieces_go_to_exactly_a_hundred_of_many_buyers() throws Exception {
        fixture.stock("ticket", 100);
        var answers = everyone(
                64,
                buyer -> IntStream.range(0, 25)
                        .mapToObj(attempt -> nodes.get(attempt % 2)
                                .hold(request("buyer-" + buyer + "-" + attempt, line("ticket", 1))))
                        .toList());
        var results = answers.stream().flatMap(List::stream).toList();
        assertThat(results).hasSize(1_600).filteredOn(Held.class::isInstance).hasSize(100);
        assertThat(results).filteredOn(OutOfStock.class::isInstance).hasSize(1_500);
        assertThat(fixture.available("ticket")).isZero();
        assertThat(fixture.of("ticket").reserved()).isEqualTo(100);
    }

    @Test
    void the_last_unit_is_held_by_its_reservation_whichever_attempt_on_whichever_node_took_it() throws Exception {
        for (int round = 0; round < 40; round++) {
            var product = "last-" + round;
            fixture.stock(product, 1);
            var answers = everyone(8, i -> nodes.get(i % 2).hold(request("order-" + product, line(product, 1))));
            assertThat(answers).as(product).allMatch(Held.class::isInstance);
        }
    }

    @Test
    void nodes_that_want_the_same_products_the_other_way_round_never_deadlock_and_never_oversell() throws Exception {
        for (int product = 0; product < 12; product++) {
            fixture.stock("p" + product, 60);
        }
        everyone(32, worker -> {
            var random = new Random(worker);
            for (int i = 0; i < 40; i++) {
                anything(nodes.get(worker % 2), random, worker % 2 == 0, worker + "-" + i);
            }
            return true;
        });
        assertThat(fixture.texts("SELECT count(*) FROM inventory.reservations WHERE status = 'held'"))
                .isNotEqualTo(List.of("0"));
    }

    /// A hold of several products, upwards or downwards, and then whatever may happen to it or to somebody else's.
    private void anything(InventoryService node, Random random, boolean upwards, String id) {
        int from = random.nextInt(9);
        var lines = IntStream.range(0, 4)
                .mapToObj(i -> line("p" + (upwards ? from + i : from + 3 - i), 1 + random.nextInt(2)))
                .toArray(HoldLine[]::new);
        node.hold(request(id, lines));
        var target = ReservationRef.reservation(random.nextInt(4) == 0 ? random.nextInt(32) + "-0" : id);
        switch (random.nextInt(7)) {
            case 0, 1 -> node.release(target);
            case 2 -> node.commit(target);
            case 3 -> node.release(ReservationRef.saga("saga-" + id));
            case 4 -> {
                fixture.lapse(id);
                node.sweep(50);
            }
            case 5 -> {
                node.pin(target, null);
                node.extend(target, Instant.now().plusSeconds(900));
                node.restock(target, "back-" + id, List.of());
            }
            default ->
                node.receive(
                        "in-" + id, List.of(new Receipt("p" + from, null, 2), new Receipt("new-" + from, null, 1)));
        }
    }

    private interface Work<T> {
        T of(int worker);
    }

    /// All workers start at once; the first failure of one is the failure of the test.
    private <T> List<T> everyone(int workers, Work<T> work) throws InterruptedException, ExecutionException {
        var start = new CyclicBarrier(workers);
        var futures = new ArrayList<Future<T>>();
        for (int i = 0; i < workers; i++) {
            int worker = i;
            Callable<T> task = () -> {
                start.await();
                return work.of(worker);
            };
            futures.add(threads.submit(task));
        }
        var answers = new ArrayList<T>();
        for (var future : futures) {
            answers.add(future.get());
        }
        return answers;
    }

    @Test
    void repetitions_of_one_hold_on_two_nodes_answer_the_same() throws Exception {
        fixture.stock("book", 100);
        for (int round = 0; round < 20; round++) {
            var id = "same-" + round;
            List<HoldResult> answers = everyone(6, i -> nodes.get(i % 2).hold(request(id, line("book", 2))));
            assertThat(answers).as(id).containsOnly(answers.getFirst());
        }
        assertThat(fixture.available("book")).isEqualTo(60);
    }
}
