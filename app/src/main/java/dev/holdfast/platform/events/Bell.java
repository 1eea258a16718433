package dev.holdfast.platform.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Tells a relay that there is, or soon will be, something to deliver, and hands it over. Any thread rings, the
/// relay's thread waits.
///
/// A ring that names a transaction is kept until the relay has seen that transaction ended: the ring may come
/// before the commit, and a look that comes between the two finds nothing. So nothing is missed, and no writer pays
/// for a NOTIFY, which takes a lock at commit that is one for the whole cluster.
///
/// What a ring hands over is a shortcut and may always be left out; the rows are in the outbox.
final class Bell {

    /// A transaction older than this is left to the relay's regular look: its database may have crashed and never
    /// hand out that id again.
    private static final long FORGOTTEN_AFTER = TimeUnit.MINUTES.toNanos(1);

    /// More cannot be open at once with a relay that answers; without one (this node may run none) they would pile
    /// up.
    private static final int MOST_OPEN = 1_000;

    /// Rows, and characters of their payloads, that are kept for the relay. What comes beyond is read by it.
    private static final int MOST_ROWS = 20_000;

    private static final long MOST_CHARACTERS = 16L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private final Map<String, Ring> open = new LinkedHashMap<>();
    private int rows;
    private long characters;
    private boolean now;
    private boolean heard;
    private boolean closed;
    private volatile long era;

    /// What a transaction has written.
    ///
    /// @param rows in the order of their ids; empty when they have to be read
    record Ring(long sinceNanos, List<OutboxRow> rows, long characters) {}

    /// The number of the relay's connection. To be asked before the rows are written.
    ///
    /// After a crash the database gives out ids of transactions and rows again that were lost with their
    /// transactions. So "transaction 7 is committed" says something of rows handed over only if they were written
    /// in the life of the database in which it is asked. A relay that has connected begins an era
    /// ([#connected()]); what was written by a statement begun in that era was written in the same life or a later
    /// one, and a later one ends the relay's connection before it can ask.
    long era() {
        return era;
    }

    /// The relay has a connection that is newer than everything handed over so far, none of which it may trust.
    void connected() {
        lock.lock();
        try {
            era++;
            heard = true;
            forgetRows();
        } finally {
            lock.unlock();
        }
    }

    /// @param transaction the id of the transaction that has written these rows and will soon end
    /// @param since the era in which the writing statement was begun
    void ring(String transaction, long since, List<OutboxRow> written) {
        lock.lock();
        try {
            if (open.size() >= MOST_OPEN) {
                open.clear();
                rows = 0;
                characters = 0;
                now = true;
            }
            var before = open.remove(transaction);
            open.put(transaction, before == null ? ring(since, written) : readInstead(before));
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// A transaction that rings twice is unusual, and read.
    private Ring readInstead(Ring before) {
        forget(before);
        return new Ring(before.sinceNanos(), List.of(), 0);
    }

    private Ring ring(long since, List<OutboxRow> written) {
        long length = 0;
        for (var row : written) {
            length += row.event().data().length();
        }
        boolean kept = heard
                && !closed
                && since == era
                && rows + written.size() <= MOST_ROWS
                && characters + length <= MOST_CHARACTERS;
        var ring = kept ? new Ring(System.nanoTime(), written, length) : new Ring(System.nanoTime(), List.of(), 0);
        rows += ring.rows().size();
        characters += ring.characters();
        return ring;
    }

    /// There is something to read at once.
    void ring() {
        lock.lock();
        try {
            now = true;
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Whether there may be something to read that no ring has handed over. Asked once, it is forgotten.
    boolean toldToRead() {
        lock.lock();
        try {
            boolean told = now;
            now = false;
            return told;
        } finally {
            lock.unlock();
        }
    }

    /// The transactions that have rung and are not known to have ended.
    List<String> open() {
        lock.lock();
        try {
            open.values().removeIf(ring -> {
                boolean old = System.nanoTime() - ring.sinceNanos() > FORGOTTEN_AFTER;
                if (old) {
                    forget(ring);
                }
                return old;
            });
            return List.copyOf(open.keySet());
        } finally {
            lock.unlock();
        }
    }

    /// Takes the rings of these transactions out, by transaction, in the order in which they rang. Of two of one
    /// lane that is the order of commits; where it is not, [HandedOver] notices by the numbers of the events.
    Map<String, Ring> ended(Set<String> transactions) {
        lock.lock();
        try {
            var taken = new LinkedHashMap<String, Ring>();
            for (var transaction : new ArrayList<>(open.keySet())) {
                if (transactions.contains(transaction)) {
                    var ring = open.remove(transaction);
                    forget(ring);
                    taken.put(transaction, ring);
                }
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void forget(Ring ring) {
        rows -= ring.rows().size();
        characters -= ring.characters();
    }

    private void forgetRows() {
        open.replaceAll((transaction, ring) -> new Ring(ring.sinceNanos(), List.of(), 0));
        rows = 0;
        characters = 0;
    }

    /// Waits until somebody rings, or has rung and still waits for an answer; at most this long.
    void await(Duration most) throws InterruptedException {
        lock.lock();
        try {
            long left = most.toNanos();
            while (!closed && !now && open.isEmpty() && left > 0) {
                left = rung.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits this long, whoever rings, unless the bell is closed.
    void pause(Duration time) throws InterruptedException {
        lock.lock();
        try {
            long left = time.toNanos();
            while (!closed && left > 0) {
                left = rung.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// After [#close], for the next relay.
    void reopen() {
        lock.lock();
        try {
            closed = false;
        } finally {
            lock.unlock();
        }
    }

    /// Nobody waits any more, and nothing is kept for anybody.
    void close() {
        lock.lock();
        try {
            closed = true;
            heard = false;
            forgetRows();
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
