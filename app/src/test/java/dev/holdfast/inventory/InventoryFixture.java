package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Availability;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryCommand.Asked;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Outbox;
import dev.holdfast.testing.Reach;
import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/// An inventory on a database of its own, and as many nodes of it as a test wants.
final class InventoryFixture implements AutoCloseable {

    static final Duration LONG = Duration.ofMinutes(10);

    final TestDatabase database = TestDatabase.with("inventory");
    final Warehouses warehouses = new Warehouses(database.dataSource(), Clock.systemUTC());
    final InventoryReads reads = new InventoryReads(database.dataSource());
    final InventoryBooks books = new Books(database.dataSource());
    final InventoryService inventory;

    /// The same, as this suite reaches it.
    final InventoryApi asked;

    private final InventoryBatch batchByHand = queue();
    private Connection laneByHand;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Strategy strategy;
    private final Reach reach;
    private int deliveries;
    private int nodes;

    /// A strategy, and a way to reach it.
    enum Way {
        QUEUE(Strategy.QUEUE, Reach.IN_PROCESS),
        QUEUE_OVER_HTTP(Strategy.QUEUE, Reach.OVER_HTTP),
        OPTIMISTIC(Strategy.OPTIMISTIC, Reach.IN_PROCESS),
        PESSIMISTIC(Strategy.PESSIMISTIC, Reach.IN_PROCESS),
        POOLS(Strategy.POOLS, Reach.IN_PROCESS);

        private final Strategy strategy;
        private final Reach reach;

        Way(Strategy strategy, Reach reach) {
            this.strategy = strategy;
            this.reach = reach;
        }
    }

    InventoryFixture() {
        this(Way.QUEUE);
    }

    InventoryFixture(Strategy strategy) {
        this(strategy, Reach.IN_PROCESS);
    }

    InventoryFixture(Way way) {
        this(way.strategy, way.reach);
    }

    private InventoryFixture(Strategy strategy, Reach reach) {
        this.strategy = strategy;
        this.reach = reach;
        database.execute("CREATE TABLE inventory.told (position bigint GENERATED ALWAYS AS IDENTITY, type text,"
                + " subject text, partition_key text, sequence bigint, traceparent text, data text)");
        inventory = node(LONG);
        asked = reached(inventory);
    }

    /// The service as this suite reaches it.
    InventoryApi reached(InventoryService node) {
        return reach.reach(node, () -> InventoryWire.offer(node, books), RemoteInventory::new, opened);
    }

    /// Another node on the same database: lanes and connections of its own.
    InventoryService node(Duration holdTtl) {
        return node(new InventorySettings(holdTtl, Duration.ofSeconds(5), strategy, Map.of(), 4, 2, 3));
    }

    InventoryService node(InventorySettings settings) {
        var lanes = new InventoryLanes(database, database.of("inventory"), new Told(), settings, nodes++);
        return new InventoryService(lanes::submit, new InventoryRequests(warehouses), reads);
    }

    /// What the one lane of `queue` runs.
    InventoryBatch queue() {
        return new InventoryBatch(new Told(), LONG, new StockTable(true, 0, _ -> false), Recall.ofALane());
    }

    /// Runs a batch as a lane would, always the same lane: what it remembers of one batch serves the next.
    List<Outcome> run(List<InventoryCommand> commands) throws SQLException {
        if (laneByHand == null) {
            laneByHand = database.of("inventory").direct().getConnection();
            laneByHand.setAutoCommit(false);
            opened.push(laneByHand);
        }
        var asked = commands.stream().map(command -> new Asked(command, null)).toList();
        List<Outcome> results;
        try {
            results = batchByHand.run(laneByHand, asked);
        } catch (StaleRows _) {
            laneByHand.rollback();
            results = batchByHand.run(laneByHand, asked);
        }
        laneByHand.commit();
        return results;
    }

    Outbox outbox() {
        return new Told();
    }

    /// An outbox that keeps what it is told in a table, in the transaction it is told in.
    private static final class Told implements Outbox {

        @Override
        public void append(Connection db, List<Event> events) throws SQLException {
            try (var insert = db.prepareStatement("INSERT INTO inventory.told"
                    + " (type, subject, partition_key, sequence, data, traceparent) VALUES (?, ?, ?, ?, ?, ?)")) {
                for (var event : events) {
                    insert.setString(1, event.type());
                    insert.setString(2, event.subject());
                    insert.setString(3, event.partitionKey());
                    insert.setLong(4, event.sequence());
                    insert.setString(5, event.data());
                    insert.setString(6, event.traceparent());
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }

        @Override
        public String source() {
            return "/inventory";
        }
    }

    void stock(String product, long quantity) {
        stock(product, Warehouses.DEFAULT, quantity);
    }

    void stock(String product, String warehouse, long quantity) {
        inventory.receive("delivery-" + ++deliveries, List.of(new Receipt(product, warehouse, quantity)));
    }

    static HoldRequest request(String reservation, HoldLine... lines) {
        return new HoldRequest(
                reservation, "saga-" + reservation, reservation + ":hold", null, false, null, List.of(lines));
    }

    static HoldLine line(String product, int quantity) {
        return new HoldLine(product, quantity);
    }

    Availability of(String product) {
        return inventory.availability(List.of(product)).getFirst();
    }

    long available(String product) {
        return of(product).available();
    }

    /// `InventoryReserved 1, InventoryReleased 2`, what was told of a subject in the order of the table.
    String told(String subject) {
        return String.join(
                ", ",
                texts("SELECT type || ' ' || sequence FROM inventory.told WHERE subject = '" + subject
                        + "' ORDER BY position"));
    }

    List<String> texts(String query) {
        var rows = new ArrayList<String>();
        try (var db = database.dataSource().getConnection();
                var statement = db.createStatement();
                var result = statement.executeQuery(query)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
        return rows;
    }

    /// Makes a hold lapse now, as the passing of its time would.
    void lapse(String reservation) {
        database.execute("UPDATE inventory.reservations SET expires_at = clock_timestamp() - interval '1 second'"
                + " WHERE status = 'held' AND reservation_id = '" + reservation + "'");
    }

    @Override
    public void close() throws Exception {
        Reach.close(opened);
        database.close();
    }
}
