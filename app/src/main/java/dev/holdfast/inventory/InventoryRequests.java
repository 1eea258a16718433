package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryCommand.Hold;
import dev.holdfast.inventory.InventoryCommand.Receive;
import dev.holdfast.platform.IdempotencyKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/// Requests made into commands: checked against the limits, summed by product, digested.
final class InventoryRequests {

    static final int MOST_LINES = 2_000;
    static final int MOST_PIECES = 1_000_000;
    static final int MOST_RECEIPTS = 10_000;
    static final long MOST_RECEIVED = 1_000_000_000;
    static final int LONGEST_ID = 64;
    /// An older reservation's row has the id and the product in its name, a part of it also a key.
    static final int LONGEST_RESERVATION = LONGEST_ID + 1 + LONGEST_ID;

    private final Warehouses warehouses;

    InventoryRequests(Warehouses warehouses) {
        this.warehouses = warehouses;
    }

    Hold hold(HoldRequest request) {
        id("reservation id", request.reservationId(), LONGEST_RESERVATION);
        var sagaId = Objects.requireNonNullElse(request.sagaId(), request.reservationId());
        id("saga id", sagaId, LONGEST_RESERVATION);
        var wanted = sums(request.lines());
        return new Hold(
                request.reservationId(),
                sagaId,
                Objects.requireNonNullElse(request.key(), request.reservationId()),
                IdempotencyKey.digest(List.of(sagaId, wanted)),
                request.notAfter(),
                request.pinned(),
                false,
                warehouses.nearestTo(request.country()),
                wanted);
    }

    Receive receive(String key, List<Receipt> receipts) {
        Objects.requireNonNull(key, "key");
        if (receipts.isEmpty() || receipts.size() > MOST_RECEIPTS) {
            throw new IllegalArgumentException("receipts must be 1 to " + MOST_RECEIPTS + ", not " + receipts.size());
        }
        var checked = receipts.stream().map(this::receipt).toList();
        return new Receive(key, IdempotencyKey.digest(List.of("receive", checked)), checked);
    }

    private Receipt receipt(Receipt receipt) {
        id("product id", receipt.productId(), LONGEST_ID);
        if (receipt.quantity() < 1 || receipt.quantity() > MOST_RECEIVED) {
            throw new IllegalArgumentException(
                    "a receipt's quantity must be 1 to " + MOST_RECEIVED + ", not " + receipt.quantity());
        }
        return new Receipt(receipt.productId(), warehouse(receipt.warehouseId()), receipt.quantity());
    }

    /// @return the warehouse, the default one for null
    String warehouse(String warehouseId) {
        var id = Objects.requireNonNullElse(warehouseId, Warehouses.DEFAULT);
        if (!warehouses.exists(id)) {
            throw new IllegalArgumentException("there is no warehouse '" + id + "'; create it first");
        }
        return id;
    }

    /// Pieces by product: a product that stands on several lines is wanted once, with their sum.
    static SortedMap<String, Integer> sums(List<HoldLine> lines) {
        if (lines.isEmpty() || lines.size() > MOST_LINES) {
            throw new IllegalArgumentException("lines must be 1 to " + MOST_LINES + ", not " + lines.size());
        }
        var sums = new TreeMap<String, Long>();
        for (var line : lines) {
            id("product id", line.productId(), LONGEST_ID);
            quantity(line.quantity());
            sums.merge(line.productId(), (long) line.quantity(), Math::addExact);
        }
        var wanted = new TreeMap<String, Integer>();
        for (Map.Entry<String, Long> sum : sums.entrySet()) {
            // 2,000 lines of 1,000,000 are still within an int.
            wanted.put(sum.getKey(), Math.toIntExact(sum.getValue()));
        }
        return wanted;
    }

    static void quantity(int quantity) {
        if (quantity < 1 || quantity > MOST_PIECES) {
            throw new IllegalArgumentException("quantity must be 1 to " + MOST_PIECES + ", not " + quantity);
        }
    }

    static void id(String what, String id, int longest) {
        var wrong = wrongIn(id, longest);
        if (wrong != null) {
            throw new IllegalArgumentException(what + " " + wrong);
        }
    }

    /// @return what is wrong with an id, or null. No control characters and no halves of surrogate pairs: the
    ///     database would not take them, or not give them back
    static String wrongIn(String id, int longest) {
        if (id == null || id.isBlank()) {
            return "must not be empty";
        }
        if (id.length() > longest) {
            return "must have at most " + longest + " characters, not " + id.length();
        }
        boolean odd = id.codePoints()
                .anyMatch(point -> Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE);
        return odd ? "must not contain control characters or unpaired surrogates" : null;
    }
}
