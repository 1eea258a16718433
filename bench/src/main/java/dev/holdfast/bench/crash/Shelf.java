package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.Door.Call;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/// What is sold: products that never run out, and a few of each round that do.
final class Shelf {

    static final String CURRENCY = "USD";

    private static final int PLENTY = 1_000_000;
    private static final int USUAL = 24;
    private static final int HOT = 3;
    private static final int MOST_HOT_PIECES = 60;

    private final Map<String, Integer> received = new ConcurrentHashMap<>();
    private final List<String> usual =
            IntStream.range(0, USUAL).mapToObj(number -> "usual-" + number).toList();
    private volatile List<String> hot = List.of();

    /// Puts the round's products on the shelf; under keys, so that it may be done again after a crash.
    void fill(Door door, int round, Random random) throws IOException, InterruptedException {
        if (received.isEmpty()) {
            for (var sku : usual) {
                add(door, sku, PLENTY);
            }
        }
        var now = new ArrayList<String>();
        for (int number = 0; number < HOT; number++) {
            var sku = "hot-" + round + "-" + number;
            add(door, sku, 1 + random.nextInt(MOST_HOT_PIECES));
            now.add(sku);
        }
        hot = now;
    }

    private void add(Door door, String sku, int quantity) throws IOException, InterruptedException {
        var price = Map.of("amount", cents(sku), "currency", CURRENCY);
        expect(door.send(Call.send("PUT", "/v1/products/" + sku, Map.of("name", sku, "price", price), null)));
        var receipt = Map.of("quantity", quantity);
        expect(door.send(Call.send("POST", "/v1/inventory/" + sku + "/receipts", receipt, "received-" + sku)));
        received.put(sku, quantity);
    }

    private static void expect(Door.Reply reply) throws IOException {
        if (!reply.ok()) {
            throw new IOException("the shelf was not filled: " + reply);
        }
    }

    /// Always the same: a product's price follows from its name.
    long cents(String sku) {
        return 100 + Math.floorMod(sku.hashCode(), 5_000);
    }

    Map<String, Integer> received() {
        return Map.copyOf(received);
    }

    String usual(Random random) {
        return usual.get(random.nextInt(usual.size()));
    }

    String hot(Random random) {
        return hot.get(random.nextInt(hot.size()));
    }

    /// One to three products; one in three baskets has one that runs out.
    Basket basket(Random random) {
        var pieces = new TreeMap<String, Integer>();
        for (int line = random.nextInt(3); line >= 0; line--) {
            pieces.put(usual(random), 1 + random.nextInt(3));
        }
        if (random.nextInt(3) == 0) {
            pieces.put(hot(random), 1 + random.nextInt(2));
        }
        return Basket.of(pieces, this);
    }
}
