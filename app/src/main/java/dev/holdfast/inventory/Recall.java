package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryCommand.Commit;
import dev.holdfast.inventory.InventoryCommand.Extend;
import dev.holdfast.inventory.InventoryCommand.Hold;
import dev.holdfast.inventory.InventoryCommand.OfReservation;
import dev.holdfast.inventory.InventoryCommand.Pin;
import dev.holdfast.inventory.InventoryCommand.Release;
import dev.holdfast.inventory.Outcome.Stands;
import dev.holdfast.inventory.ReservationRow.Version;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a lane wrote last, so that it need not lock and read again what nobody else has touched since.
///
/// It is a guess and is treated as one. A batch decided on recalled rows writes each of them only where its row
/// still has the `xmin` of the version that is recalled ([StaleRows] otherwise: the whole batch is rolled back and
/// run again on locked rows). And what would be answered without being written, a no above all, is not answered
/// from here: [#proves] sends such a batch to the locked rows. So nothing that leaves the lane rests on a guess.
///
/// Where several nodes sell the same products the guesses are mostly wrong; after each miss the lane locks for
/// twice as many batches as the time before.
///
/// Used by the lane's thread alone. A new connection may lead to another server, where the same id of a
/// transaction stands for something else: then all is forgotten.
final class Recall {

    static final int MOST_PRODUCTS = 100_000;
    static final int MOST_RESERVATIONS = 50_000;
    private static final int LONGEST_REST = 256;

    private final boolean remembers;
    private final Map<String, List<Counters>> stock = new Lru<>(MOST_PRODUCTS);
    private final Map<String, Version> live = new Lru<>(MOST_RESERVATIONS);
    private Connection connection;
    private int rest;
    private int resting;

    private Recall(boolean remembers) {
        this.remembers = remembers;
    }

    static Recall ofALane() {
        return new Recall(true);
    }

    /// For a lane that is one of many, each of which would remember what another has changed since.
    static Recall none() {
        return new Recall(false);
    }

    private static final class Lru<V> extends LinkedHashMap<String, V> {
        private final int most;

        Lru(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > most;
        }
    }

    /// All that these commands need, if it is known and there is plenty.
    ///
    /// @param planned the rows this batch has inserted as claims
    /// @return null when the rows have to be locked
    BatchState.Loaded load(
            Connection db, List<InventoryCommand> commands, Map<String, ReservationRow> planned, Instant now) {
        if (!remembers) {
            return null;
        }
        if (db != connection) {
            connection = db;
            stock.clear();
            live.clear();
        }
        if (resting > 0) {
            resting--;
            return null;
        }
        var rows = new HashMap<String, Version>();
        var wanted = new TreeMap<String, Long>();
        for (var command : commands) {
            if (!recall(command, planned, rows, wanted)) {
                return null;
            }
        }
        for (var version : rows.values()) {
            version.row().lines().forEach(line -> wanted.putIfAbsent(line.itemId(), 0L));
        }
        var counters = counters(wanted);
        return counters == null
                ? null
                : new BatchState.Loaded(now, planned, rows, Map.of(), new Stock(counters), Map.of());
    }

    private boolean recall(
            InventoryCommand command,
            Map<String, ReservationRow> planned,
            Map<String, Version> rows,
            Map<String, Long> wanted) {
        return switch (command) {
            case Hold hold -> {
                hold.wanted().forEach((product, pieces) -> wanted.merge(product, (long) pieces, Long::sum));
                yield planned.containsKey(hold.reservationId());
            }
            case Pin pin -> recall(pin, planned, rows);
            case Commit commit -> recall(commit, planned, rows);
            case Release release -> recall(release, planned, rows);
            case Extend extend -> recall(extend, planned, rows);
            case InventoryCommand _ -> false;
        };
    }

    private boolean recall(OfReservation command, Map<String, ReservationRow> planned, Map<String, Version> rows) {
        var id = command.target().reservationId();
        if (id == null || planned.containsKey(id)) {
            return id != null;
        }
        var row = live.get(id);
        if (row != null) {
            rows.put(id, row);
        }
        return row != null;
    }

    /// Copies, in product order; null when a product is unknown or could fall short.
    private List<Counters> counters(TreeMap<String, Long> wanted) {
        var all = new ArrayList<Counters>(wanted.size());
        for (var entry : wanted.entrySet()) {
            var places = stock.get(entry.getKey());
            if (places == null) {
                return null;
            }
            long available = 0;
            for (var counters : places) {
                available += counters.available();
                all.add(counters.copy());
            }
            if (available < entry.getValue()) {
                return null;
            }
        }
        return all;
    }

    /// Whether the database will have been asked about everything these answers rest on: each answer is a yes, and
    /// each recalled row is going to be written.
    static boolean proves(BatchState state, BatchState.Loaded recalled, List<Outcome> answers) {
        for (var answer : answers) {
            if (!(answer instanceof Stands)) {
                return false;
            }
        }
        for (var row : state.rows()) {
            var before = recalled.locked().get(row.id());
            if (before != null && (row.equals(before.row()) || !row.movedFrom(before.row()))) {
                return false;
            }
        }
        return true;
    }

    /// Remembers the rows of a batch that is committed.
    void remember(BatchState state, int transaction) {
        if (!remembers) {
            return;
        }
        for (var version : state.versions(transaction)) {
            var row = version.row();
            if (row.status().live()) {
                live.put(row.id(), version);
            } else {
                live.remove(row.id());
            }
        }
        state.stock().byProduct().forEach((product, places) -> {
            if (places.stream().anyMatch(Counters::isSplit)) {
                stock.remove(product);
            } else {
                stock.put(
                        product,
                        places.stream()
                                .map(counters -> counters.after(transaction))
                                .toList());
            }
        });
    }

    /// A batch decided on recalled rows was written.
    void hit() {
        rest = rest / 2;
    }

    /// Somebody else had written a row that was recalled.
    void missed() {
        rest = Math.clamp(2 * rest, 1, LONGEST_REST);
        resting = rest;
    }
}
