package dev.holdfast.inventory;

import dev.holdfast.inventory.ChangeTable.Change;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.ReservationRow.Line;
import dev.holdfast.inventory.ReservationRow.Version;
import dev.holdfast.platform.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// All that a batch has claimed and locked, as the commands decided so far have left it; and from that, what there
/// is to write. Two commands on one reservation in one batch see each other's effect here, as if one came after the
/// other.
final class BatchState {

    private final Instant now;
    private final Map<String, ReservationRow> planned;
    private final Map<String, Version> locked;
    private final Map<String, ReservationRow> rows;
    private final Map<String, Set<String>> ofSaga = new HashMap<>();
    private final Map<String, Change> changes;
    private final List<Change> decided = new ArrayList<>();
    private final Stock stock;
    private final Map<String, Set<String>> lapsed;
    private final List<Event> events = new ArrayList<>();
    private String traceparent;

    /// @param now the database's clock
    /// @param planned the rows this batch has inserted as claims; until a command decides, they are not there
    /// @param locked the rows that were there, locked or recalled
    /// @param changes the keyed changes, claimed or answered
    /// @param lapsed lapsed holds by product, of the products that may fall short
    record Loaded(
            Instant now,
            Map<String, ReservationRow> planned,
            Map<String, Version> locked,
            Map<String, Change> changes,
            Stock stock,
            Map<String, Set<String>> lapsed) {}

    /// @param moves rows of others than this batch in which only status, deadline and count of events changed
    /// @param updates rows in which more changed
    /// @param inserts rows that were not there
    /// @param withdrawals claims that no command has used
    record Writes(
            List<Version> moves,
            List<ReservationRow> updates,
            List<ReservationRow> inserts,
            List<String> withdrawals) {}

    BatchState(Loaded loaded) {
        now = loaded.now();
        planned = loaded.planned();
        locked = loaded.locked();
        rows = new HashMap<>();
        locked.values().forEach(version -> put(version.row()));
        changes = new HashMap<>(loaded.changes());
        stock = loaded.stock();
        lapsed = loaded.lapsed();
    }

    Instant now() {
        return now;
    }

    /// Events told from here on belong to this trace; null: to none.
    void inTrace(String traceparent) {
        this.traceparent = traceparent;
    }

    Stock stock() {
        return stock;
    }

    /// The row, or null. A held row whose deadline is over is expired by being looked at: what the clock has ended
    /// does not wait for the sweeper.
    ReservationRow row(String id) {
        var row = rows.get(id);
        return row != null && row.lapsed(now) ? end(row, Status.EXPIRED, Kind.EXPIRED) : row;
    }

    /// What a reference names, in the order of ids. A saga's tombstone is left out where it has real reservations.
    List<ReservationRow> rows(ReservationRef target) {
        if (target.reservationId() != null) {
            var row = row(target.reservationId());
            return row == null ? List.of() : List.of(row);
        }
        var all = List.copyOf(new TreeSet<>(ofSaga.getOrDefault(target.sagaId(), Set.of()))).stream()
                .map(this::row)
                .toList();
        var real = all.stream().filter(row -> !row.isTombstone()).toList();
        return real.isEmpty() ? all : real;
    }

    void put(ReservationRow row) {
        rows.put(row.id(), row);
        remember(row);
    }

    private void remember(ReservationRow row) {
        ofSaga.computeIfAbsent(row.sagaId(), _ -> new TreeSet<>()).add(row.id());
    }

    /// Ends what a live reservation holds: moves each line, tells it, keeps the lines as the record of what it was.
    ReservationRow end(ReservationRow live, Status status, Kind kind) {
        live.lines().forEach(line -> stock.move(kind, line, live.id()));
        var ended = tell(live.with(status), kind, live.lines());
        put(ended);
        return ended;
    }

    /// Adds the event of a movement of `lines`; nothing is told of nothing.
    ReservationRow tell(ReservationRow row, Kind kind, List<Line> lines) {
        if (lines.isEmpty()) {
            return row;
        }
        var told = row.told();
        events.add(new InventoryEvents(now, traceparent).moved(told, kind, lines));
        return told;
    }

    ReservationRow tellFailed(ReservationRow row) {
        var told = row.told();
        events.add(new InventoryEvents(now, traceparent).failed(told));
        return told;
    }

    Change change(String key) {
        return changes.get(key);
    }

    void decide(Change change) {
        changes.put(change.key(), change);
        decided.add(change);
    }

    /// Lapsed holds that keep back some of these products; without those that this batch has ended meanwhile.
    List<String> lapsedOf(Collection<String> products) {
        return products.stream()
                .flatMap(product -> lapsed.getOrDefault(product, Set.of()).stream())
                .distinct()
                .filter(id -> !rows.containsKey(id) || rows.get(id).status() == Status.HELD)
                .sorted()
                .toList();
    }

    /// What there is to write of reservations, each in key order.
    Writes writes() {
        var writes = new Writes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (var row : new TreeMap<>(rows).values()) {
            var claim = planned.get(row.id());
            var before = locked.get(row.id());
            if (claim != null) {
                if (!row.equals(claim)) {
                    writes.updates().add(row);
                }
            } else if (before == null) {
                writes.inserts().add(row);
            } else if (!row.movedFrom(before.row())) {
                writes.updates().add(row);
            } else if (!row.equals(before.row())) {
                writes.moves().add(new Version(row, before.writtenBy()));
            }
        }
        for (var id : planned.keySet()) {
            if (!rows.containsKey(id)) {
                writes.withdrawals().add(id);
            }
        }
        return writes;
    }

    /// The rows of reservations as they stand once this batch is written, those that no command has used left out.
    Collection<ReservationRow> rows() {
        return rows.values();
    }

    /// The rows as `transaction` leaves them.
    List<Version> versions(int transaction) {
        var versions = new ArrayList<Version>(rows.size());
        for (var row : rows.values()) {
            var before = locked.get(row.id());
            boolean untouched = before != null && row.equals(before.row());
            versions.add(untouched ? before : new Version(row, transaction));
        }
        return versions;
    }

    List<String> undecidedKeys() {
        return changes.values().stream()
                .filter(change -> change.answer() == null)
                .map(Change::key)
                .toList();
    }

    List<Change> decided() {
        return decided;
    }

    List<Event> events() {
        return events;
    }
}
