package dev.holdfast.platform.events;

import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Trace;
import dev.holdfast.platform.events.EventBus.Setback;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the events of one outbox to the bus: read a page of its buckets in id order, publish, delete what every
/// consumer has. One thread, one connection.
///
/// Whatever dies in between, the order of these three makes the next page start with the same events: published and
/// not deleted means published again, and the consumers' inboxes ignore it.
final class OutboxRelay implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final Duration FLOOR_EVERY = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(10);

    private final String name = Ids.next("relay_");
    private final String source;
    private final JdbcOutbox outbox;
    private final EventBus bus;
    private final EventSettings settings;
    private final EventsListener listener;
    private final OutboxRows rows;
    private final BucketLeases leases;
    private final ReadingFloor floor;
    private final HeldSubjects held;
    private final Intercom intercom;
    private final Thread thread;
    private volatile boolean closing;
    private Connection connection;
    private long renewAt;
    private long floorAt;
    private int looksInVain;
    private List<OutboxRow> delivered = List.of();

    OutboxRelay(JdbcOutbox outbox, EventBus bus, EventSettings settings, EventsListener listener) {
        var database = outbox.database();
        this.source = outbox.source();
        this.outbox = outbox;
        this.bus = bus;
        this.settings = settings;
        this.listener = listener;
        this.rows = new OutboxRows(database, settings);
        this.leases = new BucketLeases(database.schema(), name, settings.lease());
        this.floor = new ReadingFloor(database.schema());
        this.held = new HeldSubjects(settings);
        this.intercom = new Intercom(database, name, outbox.bell());
        this.thread =
                Thread.ofPlatform().name("relay-" + database.schema()).daemon().unstarted(this::run);
    }

    OutboxRelay start() {
        outbox.bell().reopen();
        intercom.start();
        thread.start();
        return this;
    }

    private void run() {
        int failures = 0;
        while (!closing) {
            try {
                turn();
                failures = 0;
            } catch (SQLException | RuntimeException | Error e) {
                failures++;
                tellOfInterruption(failures, e);
                closeConnection();
                pause(doubled(Duration.ofMillis(50), failures - 1, LONGEST_PAUSE));
            } catch (InterruptedException e) {
                break;
            }
        }
        resign();
    }

    /// What the turn before has delivered is deleted in the transaction of this turn's read: one commit less a
    /// page.
    private void turn() throws SQLException, InterruptedException {
        var db = connect();
        rows.delete(db, delivered);
        if (System.nanoTime() - renewAt >= 0) {
            renew(db);
        }
        answerRings(db);
        if (leases.owned().isEmpty()) {
            commit(db);
            rest(untilRenewal());
            return;
        }
        held.letGoOfDue();
        if (held.full()) {
            commit(db);
            pause(min(held.untilDue(), untilRenewal()));
            return;
        }
        var page = read(db);
        if (page.isEmpty()) {
            rest(min(settings.sweep(), min(held.untilDue(), untilRenewal())));
            return;
        }
        looksInVain = 0;
        deliver(db, page);
        if (page.size() < settings.pageSize()) {
            pause(settings.gather());
        }
    }

    private void renew(Connection db) throws SQLException {
        renewAt = System.nanoTime() + settings.lease().dividedBy(3).toNanos();
        if (leases.renew(db)) {
            floor.reset();
        }
    }

    /// Transactions that rang and have ended are asked for before the read, so that its snapshot has their rows.
    /// Their events may be in the buckets of other relays.
    private void answerRings(Connection db) throws SQLException {
        var open = outbox.bell().open();
        if (open.isEmpty()) {
            return;
        }
        var ended = rows.ended(db, open);
        outbox.bell().ended(ended);
        if (!ended.isEmpty() && leases.shared()) {
            intercom.tellOthers(db);
        }
    }

    private List<OutboxRow> read(Connection db) throws SQLException {
        if (System.nanoTime() - floorAt >= 0) {
            floorAt = System.nanoTime() + FLOOR_EVERY.toNanos();
            floor.advance(db);
        }
        var page = rows.read(db, floor.value(), leases.owned(), held.subjects());
        commit(db);
        var first = page.isEmpty() ? Long.MAX_VALUE : page.getFirst().id();
        floor.found(Math.min(first, held.lowestId()));
        return page;
    }

    private void commit(Connection db) throws SQLException {
        db.commit();
        delivered = List.of();
    }

    private void deliver(Connection db, List<OutboxRow> page) throws SQLException, InterruptedException {
        long begun = System.nanoTime();
        var setbacks = bus.publish(source, page.stream().map(OutboxRow::event).toList());
        var done = page;
        if (!setbacks.isEmpty()) {
            done = new ArrayList<>(page.size());
            var failed = sort(page, setbacks, done);
            rows.markFailed(db, failed);
            db.commit();
            tellOfFailures(failed);
        }
        delivered = done;
        listener.delivered(source, done.size(), Duration.ofNanos(System.nanoTime() - begun));
        if (!done.isEmpty()) {
            listener.arrived(source, done.getFirst().event().at());
        }
    }

    /// Puts what is delivered into `done`, holds back the subjects that are not, and answers the rows that failed.
    private List<OutboxRows.Failed> sort(List<OutboxRow> page, Map<String, Setback> setbacks, List<OutboxRow> done) {
        var failed = new ArrayList<OutboxRows.Failed>();
        var open = new HashMap<>(setbacks);
        for (var row : page) {
            var setback = setbacks.get(row.event().subject());
            if (setback == null || row.event().sequence() < setback.sequence()) {
                done.add(row);
            } else if (open.remove(row.event().subject()) != null) {
                failed.add(hold(row, setback));
            }
        }
        return failed;
    }

    private OutboxRows.Failed hold(OutboxRow row, Setback setback) {
        int attempts = row.attempts() + 1;
        held.hold(row.event().subject(), row.id(), attempts);
        listener.failed(source, setback.consumer(), attempts, attempts >= settings.stuckAfter());
        return new OutboxRows.Failed(row, attempts, setback.consumer() + ": " + setback.error());
    }

    /// One line a page however many failed (a consumer with a defect fails on everything), at the first attempt and
    /// when an event becomes stuck.
    private void tellOfFailures(List<OutboxRows.Failed> failed) {
        var worth = failed.stream()
                .filter(event -> event.attempts() == 1 || event.attempts() == settings.stuckAfter())
                .max(Comparator.comparingInt(OutboxRows.Failed::attempts));
        if (worth.isPresent()) {
            var event = worth.get().row().event();
            Trace.within(
                    event.traceparent(),
                    () -> LOG.warn(
                            "{}: {} events failed, among them {} ({} of {}) at attempt {}{}; each holds back the later events of "
                                    + "its subject and is tried again: {}",
                            source,
                            failed.size(),
                            event.id(),
                            event.type(),
                            event.subject(),
                            worth.get().attempts(),
                            worth.get().attempts() >= settings.stuckAfter() ? ", now STUCK" : "",
                            worth.get().error()));
        }
    }

    /// Nothing to do. While a transaction that rang is still open, look again soon, less often the longer it takes.
    private void rest(Duration most) throws InterruptedException {
        if (outbox.bell().open().isEmpty()) {
            looksInVain = 0;
            outbox.bell().await(most);
        } else {
            pause(settings.gather().multipliedBy(1 + Math.min(20, looksInVain++ / 10)));
        }
    }

    private Connection connect() throws SQLException {
        if (connection == null || connection.isClosed()) {
            connection = outbox.database().direct().getConnection();
            connection.setAutoCommit(false);
            Sessions.prepare(connection, "holdfast relay " + outbox.database().schema(), settings.lease(), settings);
            try (var statement = connection.createStatement()) {
                // The statistics of a table that is empty one minute and holds a million rows the next are always
                // wrong; what is right is always the index.
                statement.execute("SET enable_seqscan = off");
                statement.execute("SET enable_bitmapscan = off");
                statement.execute("SET enable_sort = off");
            }
            connection.commit();
            floor.reset();
            renewAt = System.nanoTime();
        }
        return connection;
    }

    private void resign() {
        try {
            var db = connect();
            rows.delete(db, delivered);
            leases.release(db);
        } catch (SQLException e) {
            LOG.warn("{}: buckets not released, others take them over when the lease lapses: {}", source, e.toString());
        }
        closeConnection();
    }

    /// A stack trace only for what is no outage: then it is a defect.
    private void tellOfInterruption(int failures, Throwable e) {
        listener.interrupted(source, e);
        if (Integer.bitCount(failures) == 1) {
            var trace = e instanceof SQLException || e instanceof BusUnavailableException ? null : e;
            LOG.warn("{}: delivery interrupted ({} in a row), trying again: {}", source, failures, e.toString(), trace);
        }
    }

    /// What was delivered and not deleted is read again: after a fail-over its ids may be somebody else's.
    private void closeConnection() {
        delivered = List.of();
        Sessions.closeQuietly(connection);
        connection = null;
    }

    private void pause(Duration time) {
        try {
            outbox.bell().pause(time);
        } catch (InterruptedException e) {
            closing = true;
        }
    }

    private Duration untilRenewal() {
        return Duration.ofNanos(Math.max(0, renewAt - System.nanoTime()));
    }

    static Duration doubled(Duration first, int times, Duration most) {
        var wait = first.multipliedBy(1L << Math.min(times, 30));
        return min(wait, most);
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /// Finishes the page in hand and gives the buckets back.
    @Override
    public void close() {
        closing = true;
        outbox.bell().close();
        try {
            if (!thread.join(PATIENCE_AT_CLOSE)) {
                LOG.warn("{}: a delivery does not end, it is interrupted and will be repeated elsewhere", source);
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        intercom.close();
    }
}
