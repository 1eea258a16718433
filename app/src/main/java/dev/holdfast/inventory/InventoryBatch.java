package dev.holdfast.inventory;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.inventory.InventoryCommand.Asked;
import dev.holdfast.inventory.InventoryCommand.Commit;
import dev.holdfast.inventory.InventoryCommand.Correct;
import dev.holdfast.inventory.InventoryCommand.Expire;
import dev.holdfast.inventory.InventoryCommand.Extend;
import dev.holdfast.inventory.InventoryCommand.Hold;
import dev.holdfast.inventory.InventoryCommand.Keyed;
import dev.holdfast.inventory.InventoryCommand.OfReservation;
import dev.holdfast.inventory.InventoryCommand.Pin;
import dev.holdfast.inventory.InventoryCommand.Receive;
import dev.holdfast.inventory.InventoryCommand.Release;
import dev.holdfast.inventory.ReservationRow.Version;
import dev.holdfast.inventory.Stock.Place;
import dev.holdfast.inventory.StockTable.Need;
import dev.holdfast.platform.Outbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// One transaction for whatever came in meanwhile: claim, lock, decide, write. The number of statements does not
/// depend on the number of commands.
///
/// Every batch on every node takes its locks in one order: the saga lock, reservations by id, keys of changes,
/// stock by (product, warehouse). So batches wait for each other and never in a circle. Rows that are inserted come
/// before rows that are locked in each table; a row inserted and not committed is seen by nobody who locks, only by
/// who inserts the same, in the same order.
///
/// Rows that nobody else has written since this lane wrote them are not read again ([Recall]).
///
/// A batch that is run again (its COMMIT was lost, or it was rolled back) finds its claims, or not, and answers as
/// the first run would have.
final class InventoryBatch implements BatchWork<Asked, Outcome> {

    /// A hold under a reservation of its own and the undo of its saga share no row, and could pass each other on
    /// two nodes. So batches with holds share this lock, and a batch that undoes a saga by its id (rare: every flow
    /// of ours releases by reservation) has it alone. The first lock of its batch, so it closes no circle.
    private static final long SAGA_LOCK = 0x686f6c6466617374L;

    private static final String BEGIN = """
            SELECT clock_timestamp(), pg_current_xact_id()::text
            """;

    private static final String SHARE_SAGAS = """
            SELECT clock_timestamp(), pg_current_xact_id()::text FROM pg_advisory_xact_lock_shared(?)
            """;

    private static final String OWN_SAGAS = """
            SELECT clock_timestamp(), pg_current_xact_id()::text FROM pg_advisory_xact_lock(?)
            """;

    /// @param now the database's clock, which decides about deadlines: no two clocks are compared
    /// @param transaction what this batch writes has this `xmin`
    private record Begun(Instant now, int transaction) {}

    private final ReservationTable reservations = new ReservationTable();
    private final ChangeTable changes = new ChangeTable();
    private final StockTable stock;
    private final Recall recall;
    private final Outbox outbox;
    private final Duration ttl;

    /// @param stock as the lane comes to its stock rows
    /// @param recall what the lane remembers
    InventoryBatch(Outbox outbox, Duration ttl, StockTable stock, Recall recall) {
        this.outbox = outbox;
        this.ttl = ttl;
        this.stock = stock;
        this.recall = recall;
    }

    @Override
    public List<Outcome> run(Connection db, List<Asked> asked) throws SQLException {
        var commands = asked.stream().map(Asked::command).toList();
        var begun = begin(db, commands);
        var planned = claims(commands, begun.now());
        planned.keySet().retainAll(reservations.claim(db, planned.values(), begun.now()));
        var results = fromMemory(db, asked, planned, begun);
        if (results == null) {
            var state = new BatchState(load(db, commands, planned, begun.now()));
            results = decide(state, asked);
            write(db, state, () -> {});
            Writes.of(db).whenCommitted(() -> recall.remember(state, begun.transaction()));
        }
        return results;
    }

    /// Decides on what this lane remembers of the rows, without reading them, and lets the writing prove it.
    ///
    /// The order of locks is the same: claims in key order, then the reservations, then stock; the latter two are
    /// locked by being written.
    ///
    /// @return null when the rows have to be locked first; nothing is written then but the claims
    private List<Outcome> fromMemory(Connection db, List<Asked> asked, Map<String, ReservationRow> planned, Begun begun)
            throws SQLException {
        var commands = asked.stream().map(Asked::command).toList();
        var recalled = recall.load(db, commands, planned, begun.now());
        if (recalled == null || reservations.anyOf(db, undoable(commands, planned))) {
            return null;
        }
        var state = new BatchState(recalled);
        var results = decide(state, asked);
        if (!Recall.proves(state, recalled, results)) {
            return null;
        }
        write(db, state, recall::missed);
        Writes.of(db).whenCommitted(() -> {
            recall.hit();
            recall.remember(state, begun.transaction());
        });
        return results;
    }

    private BatchState.Loaded load(
            Connection db, List<InventoryCommand> commands, Map<String, ReservationRow> planned, Instant now)
            throws SQLException {
        var wanted = new TreeSet<>(named(commands));
        wanted.addAll(reservations.ofSagas(db, sagas(commands)));
        wanted.removeAll(planned.keySet());
        var locked = reservations.lock(db, wanted);
        var keyed = changes.claim(db, keys(commands), now);
        stock.open(db, places(commands), now);
        var counters = stock.read(db, needs(commands, locked, now));
        var lapsed = reservations.lapsed(db, scarce(commands, counters), now);
        return new BatchState.Loaded(now, planned, locked, keyed, counters, lapsed);
    }

    private List<Outcome> decide(BatchState state, List<Asked> asked) {
        var rules = new Decisions(state, ttl);
        var changes = new StockDecisions(state);
        var results = new ArrayList<Outcome>(asked.size());
        for (var one : asked) {
            state.inTrace(one.traceparent());
            results.add(
                    switch (one.command()) {
                        case Hold hold -> rules.hold(hold);
                        case Release release -> rules.release(release.target());
                        case Extend extend -> rules.extend(extend);
                        case Pin pin -> rules.pin(pin);
                        case Commit commit -> rules.commit(commit.target());
                        case Expire expire -> rules.expire(expire);
                        case Keyed keyed -> changes.change(keyed);
                    });
        }
        return results;
    }

    /// @param missed to be run if a row is not what was decided on
    private void write(Connection db, BatchState state, Runnable missed) throws SQLException {
        var now = state.now();
        var writes = state.writes();
        reservations.move(db, writes.moves(), now, missed);
        reservations.update(db, writes.updates(), now);
        reservations.insert(db, writes.inserts(), now);
        reservations.withdraw(db, writes.withdrawals());
        changes.answer(db, state.decided());
        changes.withdraw(db, state.undecidedKeys());
        stock.write(db, state.stock(), now, missed);
        outbox.append(db, state.events());
    }

    /// Takes the saga lock as the batch needs it.
    private static Begun begin(Connection db, List<InventoryCommand> commands) throws SQLException {
        boolean undoes = false;
        boolean holds = false;
        for (var command : commands) {
            undoes |= command instanceof Release release && release.target().sagaId() != null;
            holds |= command instanceof Hold;
        }
        try (var statement = db.prepareStatement(undoes ? OWN_SAGAS : holds ? SHARE_SAGAS : BEGIN)) {
            if (undoes || holds) {
                statement.setLong(1, SAGA_LOCK);
            }
            try (var result = statement.executeQuery()) {
                result.next();
                return new Begun(
                        result.getObject(1, OffsetDateTime.class).toInstant(),
                        SqlArrays.transaction(result.getString(2)));
            }
        }
    }

    /// The rows by which commands claim their keys, the first command of a key in the order they came.
    private Map<String, ReservationRow> claims(List<InventoryCommand> commands, Instant now) {
        var claims = new LinkedHashMap<String, ReservationRow>();
        for (var command : commands) {
            if (command instanceof Hold hold) {
                claims.computeIfAbsent(hold.reservationId(), _ -> Decisions.claim(hold, now, ttl));
            } else if (command instanceof Release release) {
                claims.computeIfAbsent(Decisions.name(release.target()), name -> ReservationRow.tombstone(name, name));
            }
        }
        return claims;
    }

    /// Every reservation id that decides something: the holds', their sagas' (they may be undone), the targets'.
    private static Set<String> named(List<InventoryCommand> commands) {
        var ids = new TreeSet<String>();
        for (var command : commands) {
            switch (command) {
                case Hold hold -> ids.addAll(List.of(hold.reservationId(), hold.sagaId()));
                case Expire expire -> ids.addAll(expire.reservationIds());
                case OfReservation target -> ids.add(Decisions.name(target.target()));
                case Receive _, Correct _ -> {}
            }
        }
        return ids;
    }

    /// Sagas that hold under another id than their own: their undo would be a row of that id.
    private static Set<String> undoable(List<InventoryCommand> commands, Map<String, ReservationRow> planned) {
        var ids = new TreeSet<String>();
        for (var command : commands) {
            if (command instanceof Hold hold && !planned.containsKey(hold.sagaId())) {
                ids.add(hold.sagaId());
            }
        }
        return ids;
    }

    private static Set<String> sagas(List<InventoryCommand> commands) {
        var sagas = new TreeSet<String>();
        for (var command : commands) {
            if (command instanceof OfReservation target && target.target().sagaId() != null) {
                sagas.add(target.target().sagaId());
            }
        }
        return sagas;
    }

    private static List<Keyed> keys(List<InventoryCommand> commands) {
        var first = new LinkedHashMap<String, Keyed>();
        for (var command : commands) {
            if (command instanceof Keyed keyed && keyed.key() != null) {
                first.putIfAbsent(keyed.key(), keyed);
            }
        }
        return List.copyOf(first.values());
    }

    private static Set<Place> places(List<InventoryCommand> commands) {
        var places = new HashSet<Place>();
        for (var command : commands) {
            if (command instanceof Receive receive) {
                receive.receipts().forEach(one -> places.add(new Place(one.productId(), one.warehouseId())));
            } else if (command instanceof Correct correct) {
                places.add(new Place(correct.productId(), correct.warehouseId()));
            }
        }
        return places;
    }

    /// The products whose rows this batch may move. Extending and pinning move none, so they lock none; but what
    /// is found lapsed is expired whoever finds it, so its products are among them. Who brings stock in or sets
    /// a figure wants to know all there is.
    private static SortedMap<String, Need> needs(
            List<InventoryCommand> commands, Map<String, Version> locked, Instant now) {
        var needs = new TreeMap<String, Need>();
        places(commands).forEach(place -> needs.put(place.productId(), new Need(0, true)));
        boolean moves = false;
        for (var command : commands) {
            if (command instanceof Hold hold) {
                hold.wanted().forEach((product, pieces) -> needs.merge(product, new Need(pieces, false), Need::and));
            }
            moves |= !(command instanceof Extend || command instanceof Pin);
        }
        for (var version : locked.values()) {
            var row = version.row();
            if (moves || row.lapsed(now)) {
                row.lines().forEach(line -> needs.putIfAbsent(line.itemId(), Need.NONE));
            }
        }
        return needs;
    }

    /// Products of which the holds of this batch want more than there is: only for them is it asked whether lapsed
    /// holds keep some back.
    private static Set<String> scarce(List<InventoryCommand> commands, Stock stock) {
        var wanted = new HashMap<String, Long>();
        for (var command : commands) {
            if (command instanceof Hold hold && !hold.last()) {
                hold.wanted().forEach((product, quantity) -> wanted.merge(product, (long) quantity, Long::sum));
            }
        }
        wanted.entrySet().removeIf(entry -> entry.getValue() <= stock.available(entry.getKey()));
        return wanted.keySet();
    }
}
