package dev.holdfast.platform.events;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Tells a relay that there is, or soon will be, something to read. Any thread rings, the relay's thread waits.
///
/// A ring that names a transaction is kept until the relay has seen that transaction ended: the ring comes before
/// the commit, and a look that comes between the two finds nothing. So nothing is missed, and no writer pays for a
/// NOTIFY, which takes a lock at commit that is one for the whole cluster.
final class Bell {

    /// A transaction older than this is left to the relay's regular look: its database may have crashed and never
    /// hand out that id again.
    private static final long FORGOTTEN_AFTER = TimeUnit.MINUTES.toNanos(1);

    /// More cannot be open at once with a relay that answers; without one (this node may run none) they would pile
    /// up.
    private static final int MOST_OPEN = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private final Map<String, Long> open = new HashMap<>();
    private boolean now;
    private boolean closed;

    /// @param transaction the id of the transaction that has written events and will soon end
    void ring(String transaction) {
        lock.lock();
        try {
            if (open.size() >= MOST_OPEN) {
                open.clear();
                now = true;
            }
            open.put(transaction, System.nanoTime());
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// There is something to do at once.
    void ring() {
        lock.lock();
        try {
            now = true;
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The transactions that have rung and are not known to have ended.
    List<String> open() {
        lock.lock();
        try {
            open.values().removeIf(since -> System.nanoTime() - since > FORGOTTEN_AFTER);
            return List.copyOf(open.keySet());
        } finally {
            lock.unlock();
        }
    }

    void ended(Collection<String> transactions) {
        lock.lock();
        try {
            open.keySet().removeAll(transactions);
        } finally {
            lock.unlock();
        }
    }

    /// Waits until somebody rings, or has rung and still waits for an answer; at most this long.
    void await(Duration most) throws InterruptedException {
        lock.lock();
        try {
            long left = most.toNanos();
            while (!closed && !now && open.isEmpty() && left > 0) {
                left = rung.awaitNanos(left);
            }
            now = false;
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

    /// Nobody waits any more.
    void close() {
        lock.lock();
        try {
            closed = true;
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
