package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.inventory.InventoryApi.Committed;
import dev.holdfast.inventory.InventoryApi.ExtendResult;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryApi.Refused;
import dev.holdfast.inventory.InventoryApi.Released;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryApi.Restocked;
import dev.holdfast.inventory.Warehouses.Warehouse;
import dev.holdfast.platform.KeyReusedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random histories, with duplicates, late repetitions and undos that come first, against [StockModel].
class StockPropertyTest {

    private static final int STEPS = 700;

    /// A step: does the same to the service and to the model, and gives both answers.
    private record Step(String name, Supplier<String> real, Supplier<String> model) {}

    private InventoryFixture fixture;
    private List<InventoryService> nodes;
    private Random random;
    private final StockModel model = new StockModel();

    @ParameterizedTest
    @CsvSource({
        "1,QUEUE",
        "20260101,QUEUE",
        "424242,QUEUE",
        "7,OPTIMISTIC",
        "8,PESSIMISTIC",
        "1,POOLS",
        "20260101,POOLS"
    })
    void any_history_ends_as_the_model_says_and_the_ledger_rebuilds_the_counters(long seed, Strategy strategy)
            throws Exception {
        random = new Random(seed);
        try (var opened = new InventoryFixture(strategy)) {
            fixture = opened;
            fixture.warehouses.put(new Warehouse("leipzig", "Leipzig", "DE", 51.3, 12.4, 200));
            nodes = List.of(fixture.inventory, fixture.node(InventoryFixture.LONG));
            var history = new ArrayList<Step>();
            for (int i = 0; i < STEPS; i++) {
                var step = !history.isEmpty() && random.nextInt(4) == 0
                        ? history.get(random.nextInt(history.size()))
                        : fresh(i);
                history.add(step);
                assertThat(step.real().get())
                        .as("seed %d, step %d: %s", seed, i, step.name())
                        .isEqualTo(step.model().get());
                compare("seed %d, after step %d: %s".formatted(seed, i, step.name()));
            }
            assertThat(fixture.books.audit().rules())
                    .as("seed " + seed)
                    .allSatisfy(rule ->
                            assertThat(rule.broken()).as(rule.toString()).isZero());
            assertThat(rebuilt()).as("seed " + seed).isEqualTo(counters());
            var ids = fixture.texts("SELECT string_agg(sequence::text, ' ' ORDER BY position) FROM inventory.told"
                    + " GROUP BY subject");
            assertThat(ids).as("seed " + seed).allMatch("1 2 3 4 5 6"::startsWith);
        }
    }

    private Step fresh(int i) {
        var id = "r" + random.nextInt(60);
        var saga = "s" + Integer.parseInt(id.substring(1)) / 2;
        boolean bySaga = random.nextInt(5) == 0;
        var target = bySaga ? saga : id;
        var ref = bySaga ? ReservationRef.saga(saga) : ReservationRef.reservation(id);
        var node = nodes.get(random.nextInt(2));
        return switch (random.nextInt(11)) {
            case 0, 1, 2, 3 -> hold(node, id, saga, id + "-" + random.nextInt(2));
            case 4 -> step("release " + target, () -> released(node, ref), () -> model.release(target, bySaga));
            case 5 ->
                step(
                        "extend " + target,
                        () -> extended(node.extend(ref, Instant.now().plusSeconds(900))),
                        () -> model.extend(target, bySaga));
            case 6 -> step("pin " + target, () -> extended(node.pin(ref, null)), () -> model.pin(target, bySaga));
            case 7 -> step("commit " + target, () -> committed(node, ref), () -> model.commit(target, bySaga));
            case 8 -> restock(node, id, "k" + i / 3);
            case 9 -> receive(node, "k" + i / 3);
            default -> lapse(id);
        };
    }

    private static Step step(String name, Supplier<String> real, Supplier<String> model) {
        return new Step(name, real, model);
    }

    private Step hold(InventoryService node, String id, String saga, String key) {
        var lines = lines(3);
        var country = List.of("DE", "US").get(random.nextInt(2));
        var request = new HoldRequest(id, saga, key, null, false, country, asked(lines));
        return step(
                "hold " + id + lines,
                () -> guarded(() -> switch (node.hold(request)) {
                    case Held held -> "held " + sums(held.items());
                    case OutOfStock(var items) ->
                        "out of stock "
                                + items.stream()
                                        .map(item -> item.itemId() + " " + item.requested() + "/" + item.available())
                                        .toList();
                    case Refused refused -> refused.code();
                }),
                () -> model.hold(id, saga, key, lines));
    }

    private Step restock(InventoryService node, String id, String key) {
        var lines = lines(2);
        return step(
                "restock " + id + lines,
                () -> guarded(() -> switch (node.restock(ReservationRef.reservation(id), key, asked(lines))) {
                    case Restocked done -> "restocked " + sums(done.items());
                    case Refused refused -> refused.code();
                }),
                () -> model.restock(id, key, lines));
    }

    private Step receive(InventoryService node, String key) {
        var product = "p" + random.nextInt(4);
        var warehouse = List.of("main", "leipzig").get(product.hashCode() % 2);
        int quantity = 1 + random.nextInt(12);
        return step(
                "receive " + product + " " + quantity,
                () -> guarded(() -> {
                    node.receive(key, List.of(new Receipt(product, warehouse, quantity)));
                    return "received";
                }),
                () -> model.receive(key, product, quantity));
    }

    private Step lapse(String id) {
        return step(
                "lapse " + id,
                () -> {
                    fixture.lapse(id);
                    return "lapsed";
                },
                () -> {
                    model.lapse(id);
                    return "lapsed";
                });
    }

    private static String released(InventoryService node, ReservationRef ref) {
        return switch (node.release(ref)) {
            case Released done -> "released " + sums(done.items());
            case Refused refused -> refused.code();
        };
    }

    private static String extended(ExtendResult result) {
        return switch (result) {
            case Held held -> "held " + sums(held.items());
            case Refused refused -> refused.code();
        };
    }

    private static String committed(InventoryService node, ReservationRef ref) {
        return switch (node.commit(ref)) {
            case Committed done -> "committed " + sums(done.items());
            case Refused refused -> refused.code();
        };
    }

    private static String guarded(Supplier<String> call) {
        try {
            return call.get();
        } catch (KeyReusedException _) {
            return "reused";
        }
    }

    private SortedMap<String, Integer> lines(int most) {
        var lines = new TreeMap<String, Integer>();
        for (int i = random.nextInt(most); i >= 0; i--) {
            lines.put("p" + random.nextInt(4), 1 + random.nextInt(4));
        }
        return lines;
    }

    private static List<HoldLine> asked(SortedMap<String, Integer> lines) {
        return lines.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static SortedMap<String, Integer> sums(List<HeldLine> items) {
        var sums = new TreeMap<String, Integer>();
        items.forEach(item -> sums.merge(item.itemId(), item.qty(), Integer::sum));
        return sums;
    }

    private void compare(String when) {
        for (var product : fixture.inventory.availability(List.of("p0", "p1", "p2", "p3"))) {
            assertThat(product.available())
                    .as(when)
                    .isEqualTo(model.available.get(product.sku()).longValue());
            assertThat(product.reserved())
                    .as(when)
                    .isEqualTo(model.reserved.get(product.sku()).longValue());
        }
    }

    private SortedMap<String, List<Long>> counters() {
        var counters = new TreeMap<String, List<Long>>();
        for (var row : fixture.texts("SELECT product_id || ' ' || warehouse_id || ' ' || available || ' ' || reserved"
                + " || ' ' || committed FROM inventory.stock")) {
            var field = row.split(" ");
            counters.put(
                    field[0] + " " + field[1],
                    List.of(Long.valueOf(field[2]), Long.valueOf(field[3]), Long.valueOf(field[4])));
        }
        return counters;
    }

    /// The counters as the ledger and nothing but the table of [Kind] has them.
    private SortedMap<String, List<Long>> rebuilt() {
        var sums = new TreeMap<String, long[]>();
        for (var row : fixture.texts("SELECT product_id || ' ' || warehouse_id || ' ' || upper(kind) || ' ' || quantity"
                + " FROM inventory.ledger")) {
            var field = row.split(" ");
            var kind = Kind.valueOf(field[2]);
            long quantity = Long.parseLong(field[3]);
            var sum = sums.computeIfAbsent(field[0] + " " + field[1], _ -> new long[3]);
            sum[0] += kind.available * quantity;
            sum[1] += kind.reserved * quantity;
            sum[2] += kind.committed * quantity;
        }
        var counters = new TreeMap<String, List<Long>>();
        sums.forEach((place, sum) -> counters.put(place, List.of(sum[0], sum[1], sum[2])));
        return counters;
    }
}
