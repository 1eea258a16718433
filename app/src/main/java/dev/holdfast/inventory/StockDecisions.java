package dev.holdfast.inventory;

import static dev.holdfast.inventory.Decisions.NOT_HELD;

import dev.holdfast.inventory.ChangeTable.Change;
import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryCommand.Correct;
import dev.holdfast.inventory.InventoryCommand.Keyed;
import dev.holdfast.inventory.InventoryCommand.Receive;
import dev.holdfast.inventory.InventoryCommand.Restock;
import dev.holdfast.inventory.InventoryCommand.Settle;
import dev.holdfast.inventory.Outcome.Changed;
import dev.holdfast.inventory.Outcome.Reused;
import dev.holdfast.inventory.ReservationRow.Line;
import dev.holdfast.inventory.Stock.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The rules of keyed changes: done once per key, then answered from the record. A refused change leaves its key
/// free: nothing was created, and what refused it may change.
final class StockDecisions {

    static final String MORE_THAN_HELD = "more-than-held";

    private final BatchState state;

    StockDecisions(BatchState state) {
        this.state = state;
    }

    Outcome change(Keyed command) {
        if (command.key() == null) {
            return decide(command);
        }
        var change = state.change(command.key());
        if (change.answer() != null) {
            return change.hash().equals(command.hash()) ? change.answer() : new Reused(command.key());
        }
        var answer = decide(command);
        if (answer.code() == null) {
            state.decide(new Change(command.key(), command.hash(), answer));
        }
        return answer;
    }

    private Changed decide(Keyed command) {
        return switch (command) {
            case Receive receive -> receive(receive);
            case Correct correct -> correct(correct);
            case Restock restock -> restock(restock);
            case Settle settle -> settle(settle);
        };
    }

    private Changed receive(Receive command) {
        command.receipts()
                .forEach(receipt -> state.stock()
                        .move(
                                Kind.RECEIVED,
                                new Place(receipt.productId(), receipt.warehouseId()),
                                null,
                                receipt.quantity()));
        return Changed.done(null, List.of());
    }

    private Changed correct(Correct command) {
        var place = new Place(command.productId(), command.warehouseId());
        long difference = command.available() - state.stock().available(place);
        if (difference != 0) {
            state.stock().move(Kind.CORRECTED, place, null, difference);
        }
        return Changed.done(null, List.of());
    }

    private Changed restock(Restock command) {
        var committed = state.rows(command.target()).stream()
                .filter(row -> row.status() == Status.COMMITTED)
                .toList();
        var name = Decisions.name(command.target());
        if (committed.isEmpty()) {
            return Changed.denied(NOT_HELD, "nothing is committed under '" + name + "', so nothing can come back");
        }
        var wanted = command.lines().isEmpty() ? remaining(committed) : wanted(command.lines());
        var there = remaining(committed);
        for (var entry : wanted.entrySet()) {
            if (there.getOrDefault(entry.getKey(), 0L) < entry.getValue()) {
                return Changed.denied(
                        NOT_HELD,
                        "'%s' has %d of '%s' left to bring back, not %d"
                                .formatted(
                                        name,
                                        there.getOrDefault(entry.getKey(), 0L),
                                        entry.getKey(),
                                        entry.getValue()));
            }
        }
        var items = new ArrayList<HeldLine>();
        committed.forEach(row -> items.addAll(giveBack(row, wanted)));
        return Changed.done(committed.getFirst().id(), List.copyOf(items));
    }

    /// Brings back what is wanted of this reservation's lines, and takes it off what is wanted.
    private List<HeldLine> giveBack(ReservationRow row, Map<String, Long> wanted) {
        var back = new ArrayList<HeldLine>();
        var lines = new ArrayList<Line>();
        for (var line : row.lines()) {
            int pieces = (int) Math.min(line.remaining(), wanted.getOrDefault(line.itemId(), 0L));
            if (pieces == 0) {
                lines.add(line);
                continue;
            }
            wanted.merge(line.itemId(), -(long) pieces, Long::sum);
            state.stock().move(Kind.RETURNED, line.withQty(pieces), row.id());
            lines.add(line.giveBack(pieces));
            back.add(new HeldLine(line.itemId(), pieces, line.warehouseId()));
        }
        state.put(row.with(List.copyOf(lines)));
        return back;
    }

    private static Map<String, Long> remaining(List<ReservationRow> rows) {
        var sums = new HashMap<String, Long>();
        rows.forEach(row -> row.lines().forEach(line -> sums.merge(line.itemId(), (long) line.remaining(), Long::sum)));
        return sums;
    }

    private static Map<String, Long> wanted(List<HoldLine> lines) {
        var sums = new HashMap<String, Long>();
        lines.forEach(line -> sums.merge(line.productId(), (long) line.quantity(), Long::sum));
        return sums;
    }

    /// The whole reservation ends as such. A part moves into a row of its own, named by its key, which ends; the
    /// rest stays held. So the rule that a reservation has one state holds for parts too, and with it the books.
    private Changed settle(Settle command) {
        var row = state.rows(command.target()).stream().findFirst().orElse(null);
        if (row != null && row.status() == command.as() && row.quantity() == command.quantity()) {
            return Changed.done(row.id(), row.held());
        }
        if (row != null && !row.status().live()) {
            var denied = Decisions.denied(row);
            return Changed.denied(denied.code(), denied.message());
        }
        long held = row == null ? 0 : row.quantity();
        if (command.quantity() > held) {
            return Changed.denied(
                    MORE_THAN_HELD,
                    "'%s' holds %d pieces, not %d; nothing was changed"
                            .formatted(Decisions.name(command.target()), held, command.quantity()));
        }
        var kind = command.as() == Status.COMMITTED ? Kind.COMMITTED : Kind.RELEASED;
        if (command.quantity() == held) {
            var ended = state.end(row, command.as(), kind);
            return Changed.done(ended.id(), ended.held());
        }
        var parts = row.split(command.quantity());
        state.put(row.with(parts.getLast()));
        var part = state.end(row.part(row.id() + "#" + command.key(), parts.getFirst()), command.as(), kind);
        return Changed.done(part.id(), part.held());
    }
}
