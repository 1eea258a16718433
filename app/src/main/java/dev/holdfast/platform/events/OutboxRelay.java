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

/// Takes the events of one outbox to the bus: take what writers of this process have handed over, or read a page of
/// its buckets in id order; publish; delete what every consumer has. One thread, one connection.
///
/// Whatever dies in between, the order of these three makes the next reading start with the same events: published
/// and not deleted means published again, and the consumers' inboxes ignore it.
///
/// It reads when it starts, when buckets come over, when another process tells of events, when a subject is no
/// longer held back, when something handed over may not be delivered ([HandedOver]), and when a regular look finds
/// a row that should be gone. The rest of the time what it delivers is never read.
final class OutboxRelay implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final Duration DELETE_AFTER = Duration.ofMillis(50);
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
    private final HandedOver handedOver;
    private final Pace pace;
    private final Intercom intercom;
    private final Thread thread;
    private volatile boolean closing;
    private Connection connection;
    private long renewAt;
    private long lookAt;
    private long deleteAt;
    private int looksInVain;
    private List<OutboxRow> delivered = new ArrayList<>();

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
        this.handedOver = new HandedOver(settings);
        this.pace = new Pace(settings.rate(), System::nanoTime);
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

    private void turn() throws SQLException, InterruptedException {
        var db = connect();
        if (System.nanoTime() - renewAt >= 0) {
            renew(db);
        }
        answerRings(db);
        if (held.letGoOfDue() | outbox.bell().toldToRead()) {
            handedOver.fallBehind();
        }
        if (leases.owned().isEmpty()) {
            deleteDelivered(db);
            rest(untilRenewal());
            return;
        }
        int most = pace.allowed(settings.pageSize());
        if (held.full() || most == 0) {
            deleteDelivered(db);
            pause(min(held.full() ? held.untilDue() : settings.gather().plus(pace.untilNext()), untilRenewal()));
            return;
        }
        var page = next(db, most);
        if (page.isEmpty()) {
            rest(min(untilLook(), min(held.untilDue(), untilRenewal())));
            return;
        }
        looksInVain = 0;
        deliver(db, page);
        if (page.size() < most) {
            pause(settings.gather());
        }
    }

    /// Renewing commits, so what is delivered is deleted with it.
    private void renew(Connection db) throws SQLException {
        deleteDelivered(db);
        renewAt = System.nanoTime() + settings.lease().dividedBy(3).toNanos();
        if (leases.renew(db)) {
            floor.reset();
            handedOver.fallBehind();
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
        outbox.bell().ended(ended.keySet()).forEach((transaction, ring) -> {
            if (ended.get(transaction)) {
                handedOver.take(ring);
            }
        });
        if (!ended.isEmpty() && leases.shared()) {
            intercom.tellOthers(db);
        }
    }

    /// The next events, outside a transaction.
    private List<OutboxRow> next(Connection db, int most) throws SQLException {
        if (System.nanoTime() - lookAt >= 0) {
            look(db);
        }
        if (!handedOver.behind()) {
            var page = handedOver.page(leases.owned(), held.subjects(), most);
            if (!page.isEmpty()) {
                deleteInTime(db);
                return page;
            }
        }
        if (!handedOver.behind()) {
            deleteDelivered(db);
            return List.of();
        }
        return read(db, most);
    }

    /// What is delivered is deleted first, in the same transaction: it is not read again.
    private List<OutboxRow> read(Connection db, int most) throws SQLException {
        rows.delete(db, delivered);
        handedOver.readInstead();
        var page = rows.read(db, floor.value(), leases.owned(), held.subjects(), most);
        commit(db);
        if (page.full()) {
            handedOver.fallBehind();
        }
        handedOver.delivered(page.rows());
        return page.rows();
    }

    /// Now and then, whoever has told of what. What waits while nothing is on its way was not handed over; while
    /// events are on their way, what has waited since the look before was not.
    private void look(Connection db) throws SQLException {
        lookAt = System.nanoTime() + settings.sweep().toNanos();
        rows.delete(db, delivered);
        floor.advance(db);
        long lowest = rows.lowest(db, floor.value(), leases.owned(), held.subjects());
        commit(db);
        boolean old = floor.isOld(lowest);
        floor.found(Math.min(lowest, held.lowestId()));
        boolean onTheirWay = !handedOver.isEmpty() || !outbox.bell().open().isEmpty();
        if (old || (lowest != Long.MAX_VALUE && !onTheirWay)) {
            handedOver.fallBehind();
        }
    }

    /// Deleting flushes the log, so pages share it.
    private void deleteInTime(Connection db) throws SQLException {
        if (delivered.size() >= 2 * settings.pageSize() || System.nanoTime() - deleteAt >= 0) {
            rows.delete(db, delivered);
            commit(db);
        } else {
            db.commit();
        }
    }

    private void deleteDelivered(Connection db) throws SQLException {
        rows.delete(db, delivered);
        commit(db);
    }

    private void commit(Connection db) throws SQLException {
        db.commit();
        delivered.clear();
        deleteAt = System.nanoTime() + DELETE_AFTER.toNanos();
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
        delivered.addAll(done);
        pace.gone(page.size());
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
        handedOver.failed(row.event().subject());
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
            pause(settings.gather().dividedBy(4).multipliedBy(1 + Math.min(80, looksInVain++ / 10)));
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
                // Planning a page's deletion anew takes longer than deleting it.
                statement.execute("SET plan_cache_mode = force_generic_plan");
            }
            connection.commit();
            outbox.bell().connected();
            floor.reset();
            renewAt = System.nanoTime();
            lookAt = System.nanoTime();
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
        delivered.clear();
        handedOver.reset();
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

    private Duration untilLook() {
        return Duration.ofNanos(Math.max(0, lookAt - System.nanoTime()));
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
