package dev.holdfast.inventory;

import dev.holdfast.groupcommit.Write;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.inventory.Counters.Row;
import dev.holdfast.inventory.Stock.Movement;
import dev.holdfast.inventory.Stock.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/// How one lane comes to its stock rows: what a [Strategy] does in its own way. In between, [Stock] has the
/// counters and the rules decide.
///
/// Of a product that is split a lane reads its own part only, and all parts when that is not enough: then the main
/// row is locked first, so two who read all parts of a product come one after the other; each finds all that is
/// there, to the last piece, and shares it out anew. A lane that turns out to need all parts only after it has
/// locked its own does not go back for them, against the order of locks: it rolls back ([StaleRows]), remembers,
/// and reads all parts of all its products the next time: a batch is not run again for each of them.
final class StockTable {

    private static final String APPEND = """
            INSERT INTO inventory.ledger (at, kind, product_id, warehouse_id, reservation_id, quantity)
            SELECT ?, n.kind, n.product_id, n.warehouse_id, n.reservation_id, n.quantity
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                   AS n (kind, product_id, warehouse_id, reservation_id, quantity)
            """;

    /// @param pieces how many are wanted of the product
    /// @param whole whether all there is of it has to be known
    record Need(long pieces, boolean whole) {

        static final Need NONE = new Need(0, false);

        Need and(Need other) {
            return new Need(pieces + other.pieces, whole || other.whole);
        }
    }

    /// Who has come second so often in a row locks what the others only compare.
    private static final int MOST_MISSES = 3;

    /// Deadlock, lock timeout.
    private static final Set<String> CONTENDED = Set.of("40P01", "55P03");

    private final StockRows locked = new StockRows(true);
    private final StockRows unlocked = new StockRows(false);
    private final boolean locking;
    private final int part;
    private final Predicate<String> split;
    private final Set<String> wholeNextTime = new HashSet<>();
    private int misses;
    private SQLException counted;

    /// @param part the lane's own, of products that are split; 0: their main rows
    /// @param split which products this lane takes for split
    StockTable(boolean locking, int part, Predicate<String> split) {
        this.locking = locking;
        this.part = part;
        this.split = split;
    }

    /// Makes sure there are rows to read.
    void open(Connection db, Collection<Place> places, Instant now) throws SQLException {
        locked.open(db, places, now);
    }

    /// @throws StaleRows the lane's own parts are not enough after all
    Stock read(Connection db, SortedMap<String, Need> needs) throws SQLException {
        var own = new TreeSet<String>();
        needs.keySet().stream()
                .filter(product -> part > 0 && split.test(product))
                .forEach(own::add);
        var whole = whole(db, needs, own);
        var main = new TreeSet<>(needs.keySet());
        main.removeIf(product -> own.contains(product) && !whole.contains(product));
        boolean lock = locking || misses >= MOST_MISSES;
        var found = new ArrayList<>((lock ? locked : unlocked).main(db, main));
        var available = available(found);
        for (var product : main) {
            if (available.getOrDefault(product, 0L) < needs.get(product).pieces()) {
                whole.add(product);
            }
        }
        if (!lock && !whole.isEmpty()) {
            // A no is not written to the rows it rests on, so these are locked; and pieces could be on their way
            // from a row that is read late to one that was read early. All of them: to lock some now and others
            // when they are written would be against the order of locks.
            found.clear();
            found.addAll(locked.main(db, main));
        }
        var mine = found.stream()
                .filter(row -> own.contains(row.place().productId()))
                .toList();
        locked.openPart(db, mine, part);
        var parted = new TreeSet<>(own);
        parted.addAll(whole);
        found.addAll(locked.parts(db, parted, part, whole));
        var counters = counters(found);
        enough(needs, own, whole, counters);
        return new Stock(counters);
    }

    /// The products of which all parts are to be read, as far as can be told before anything is locked.
    private Set<String> whole(Connection db, SortedMap<String, Need> needs, Set<String> own) throws SQLException {
        var whole = new TreeSet<String>();
        needs.forEach((product, need) -> {
            if (need.whole() || wholeNextTime.contains(product)) {
                whole.add(product);
            }
        });
        var seen = available(unlocked.peek(db, own, part));
        for (var product : own) {
            if (!seen.containsKey(product)
                    || seen.get(product) < needs.get(product).pieces()) {
                whole.add(product);
            }
        }
        return whole;
    }

    private static Map<String, Long> available(List<Row> rows) {
        var sums = new HashMap<String, Long>();
        rows.forEach(row -> sums.merge(row.place().productId(), row.available(), Long::sum));
        return sums;
    }

    /// The rows of a place together, the lane's own first.
    private List<Counters> counters(List<Row> found) {
        var byPlace = new TreeMap<Place, List<Row>>();
        for (var row : found) {
            var together = byPlace.computeIfAbsent(row.place(), _ -> new ArrayList<>(1));
            boolean first = row.part() == part && split.test(row.place().productId());
            together.add(first ? 0 : together.size(), row);
        }
        return byPlace.entrySet().stream()
                .map(entry ->
                        new Counters(entry.getValue(), split.test(entry.getKey().productId())))
                .toList();
    }

    private void enough(SortedMap<String, Need> needs, Set<String> own, Set<String> whole, List<Counters> counters)
            throws StaleRows {
        var sums = new HashMap<String, Long>();
        counters.forEach(one -> sums.merge(one.place().productId(), one.available(), Long::sum));
        for (var product : own) {
            if (!whole.contains(product)
                    && sums.getOrDefault(product, 0L) < needs.get(product).pieces()) {
                wholeNextTime.addAll(own);
                throw StaleRows.partOf(product);
            }
        }
    }

    /// Writes each moved row once, in the order of locks, and appends what moved it.
    ///
    /// @param missed to be run if a row is not what was read, and nothing of the batch stays
    /// @throws SQLException here or later, then [StaleRows]
    void write(Connection db, Stock stock, Instant now, Runnable missed) throws SQLException {
        var moved = stock.moved();
        if (moved.isEmpty()) {
            return;
        }
        var main = new ArrayList<Row>(moved.size());
        var parts = new ArrayList<Row>();
        refuseBelowZero(moved, missed);
        for (var counters : moved) {
            wholeNextTime.remove(counters.place().productId());
            counters.written().forEach(row -> (row.part() == 0 ? main : parts).add(row));
        }
        locked.write(db, main, false, now, failure -> second(failure, missed));
        locked.write(db, parts, true, now, failure -> second(failure, missed));
        Writes.of(db).whenCommitted(() -> misses = 0);
        append(db, stock.movements(), now);
    }

    /// What to throw for an error of a stock row's write: somebody else was first.
    private SQLException second(SQLException failure, Runnable missed) {
        var stale = StaleRows.or(failure, "stock rows", missed);
        boolean contended = CONTENDED.contains(String.valueOf(failure.getSQLState()));
        // Of statements sent together each is told of a deadlock.
        if ((stale != failure || contended) && failure != counted) {
            misses++;
            counted = failure;
        }
        return stale;
    }

    /// All rows of a product together cannot be below zero, as each reservation is counted in one of them; one can,
    /// where another has what is reserved.
    private void refuseBelowZero(List<Counters> moved, Runnable missed) throws StaleRows {
        for (var counters : moved) {
            var product = counters.place().productId();
            if (counters.belowZero() && !counters.isSplit()) {
                moved.forEach(other -> wholeNextTime.add(other.place().productId()));
                missed.run();
                throw StaleRows.partOf(product);
            }
        }
    }

    private static void append(Connection db, List<Movement> movements, Instant now) throws SQLException {
        var parameters = List.of(
                SqlArrays.time(now),
                SqlArrays.text(db, movements, movement -> movement.kind().code()),
                SqlArrays.text(db, movements, movement -> movement.place().productId()),
                SqlArrays.text(db, movements, movement -> movement.place().warehouseId()),
                SqlArrays.text(db, movements, Movement::reservationId),
                SqlArrays.bigint(db, movements, Movement::quantity));
        Writes.of(db).add(Write.of(APPEND, parameters));
    }
}
