package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Shortage;
import dev.holdfast.inventory.ReservationRow.Line;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// The stock rows a batch has locked, and what it has moved on them. A hundred movements of one row are one row to
/// write. Only the lane's thread is here.
final class Stock {

    /// @param productId the product
    /// @param warehouseId where it lies
    record Place(String productId, String warehouseId) implements Comparable<Place> {

        /// The order in which rows are locked.
        @Override
        public int compareTo(Place other) {
            int products = productId.compareTo(other.productId);
            return products != 0 ? products : warehouseId.compareTo(other.warehouseId);
        }
    }

    /// A row of the ledger to be.
    record Movement(Kind kind, Place place, String reservationId, long quantity) {}

    private final Map<Place, Counters> byPlace = new LinkedHashMap<>();
    private final Map<String, List<Counters>> byProduct = new HashMap<>();
    private final List<Movement> movements = new ArrayList<>();

    /// @param locked in the order of their places
    Stock(List<Counters> locked) {
        for (var counters : locked) {
            byPlace.put(counters.place(), counters);
            byProduct
                    .computeIfAbsent(counters.place().productId(), _ -> new ArrayList<>(1))
                    .add(counters);
        }
    }

    long available(String productId) {
        long sum = 0;
        for (var counters : byProduct.getOrDefault(productId, List.of())) {
            sum += counters.available();
        }
        return sum;
    }

    long available(Place place) {
        return byPlace.get(place).available();
    }

    /// What is missing of what is wanted; empty when all is there.
    List<Shortage> shortages(SortedMap<String, Integer> wanted) {
        var shortages = new ArrayList<Shortage>();
        wanted.forEach((product, quantity) -> {
            long available = available(product);
            if (available < quantity) {
                shortages.add(new Shortage(product, quantity, available));
            }
        });
        return shortages;
    }

    /// Takes all that is wanted, which must be there. Each product from one warehouse if one has it all, the first
    /// in `nearest`; otherwise from several, in that order. A warehouse not listed comes last.
    List<Line> take(String reservationId, SortedMap<String, Integer> wanted, List<String> nearest) {
        var lines = new ArrayList<Line>(wanted.size());
        wanted.forEach((product, quantity) -> lines.addAll(take(product, quantity, nearest)));
        lines.forEach(line -> move(Kind.HELD, line, reservationId));
        return List.copyOf(lines);
    }

    private List<Line> take(String product, int quantity, List<String> nearest) {
        var places = byProduct.get(product);
        if (places.size() > 1) {
            places = places.stream().sorted(order(nearest)).toList();
        }
        for (var counters : places) {
            if (counters.available() >= quantity) {
                return List.of(new Line(product, counters.place().warehouseId(), quantity, null));
            }
        }
        var lines = new ArrayList<Line>();
        int missing = quantity;
        for (var counters : places) {
            int part = (int) Math.min(missing, counters.available());
            if (part > 0) {
                lines.add(new Line(product, counters.place().warehouseId(), part, null));
                missing -= part;
            }
        }
        return lines;
    }

    private static Comparator<Counters> order(List<String> nearest) {
        return Comparator.comparingInt((Counters counters) -> {
                    int rank = nearest.indexOf(counters.place().warehouseId());
                    return rank < 0 ? Integer.MAX_VALUE : rank;
                })
                .thenComparing(counters -> counters.place().warehouseId());
    }

    void move(Kind kind, Line line, String reservationId) {
        move(kind, new Place(line.itemId(), line.warehouseId()), reservationId, line.qty());
    }

    /// Moves pieces: the counters by the table of [Kind], and a row for the ledger.
    void move(Kind kind, Place place, String reservationId, long quantity) {
        var counters = byPlace.get(place);
        if (counters == null) {
            throw new IllegalStateException("no locked stock row of " + place + "; the batch is rolled back");
        }
        counters.move(kind, quantity);
        movements.add(new Movement(kind, place, reservationId, quantity));
    }

    /// The rows by product, as they stand now.
    Map<String, List<Counters>> byProduct() {
        return byProduct;
    }

    List<Counters> moved() {
        return byPlace.values().stream().filter(Counters::moved).toList();
    }

    List<Movement> movements() {
        return movements;
    }
}
