package dev.holdfast.platform;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// Rows that many callers ask for by key at the same time, read together: who comes while a read is under way waits
/// for the next one, and that one reads for all who wait. A caller alone reads at once, on its own thread.
///
/// What a caller gets was read after it asked: it never joins a read that has begun. A read that fails for many is
/// made again by each for itself, so nobody fails for another's keys; and nobody waits longer than a second for
/// another's read, but then reads for itself too.
///
/// Thread-safe.
///
/// @param <V> what is read for a key
public final class CombinedReads<V> {

    /// Enough that a round trip costs each next to nothing, few enough that the first of them waits for little.
    private static final int MOST_KEYS = 1_000;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Function<Set<String>, Map<String, V>> source;
    private final ArrayDeque<Asked<V>> waiting = new ArrayDeque<>();
    private boolean reading;

    /// @param source reads the rows of these keys, one or more; those that do not exist are left out
    public CombinedReads(Function<Set<String>, Map<String, V>> source) {
        this.source = source;
    }

    /// The rows there are, by key.
    ///
    /// @throws RuntimeException whatever the source throws
    public Map<String, V> find(Collection<String> keys) {
        if (keys.isEmpty()) {
            return Map.of();
        }
        var mine = new Asked<V>(Set.copyOf(keys), new CompletableFuture<>());
        return switch (mine.isFirst(this) ? new Lead<V>() : mine.await()) {
            case Found<V>(var rows) -> mine.among(rows);
            case Lead<V>() -> lead(mine);
            case Alone<V>() -> source.apply(mine.keys());
        };
    }

    /// Callers that wait now, those who lost patience since among them.
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /// What becomes of a caller who waited.
    private sealed interface Turn<V> {}

    private record Found<V>(Map<String, V> rows) implements Turn<V> {}

    /// It reads for itself and for those behind it.
    private record Lead<V>() implements Turn<V> {}

    private record Alone<V>() implements Turn<V> {}

    private record Asked<V>(Set<String> keys, CompletableFuture<Turn<V>> turn) {

        boolean isFirst(CombinedReads<V> reads) {
            synchronized (reads.waiting) {
                if (reads.reading) {
                    reads.waiting.add(this);
                    return false;
                }
                reads.reading = true;
                return true;
            }
        }

        /// Whoever completes the turn first decides. So a caller who loses patience in the moment it is made to
        /// lead does lead, and none is left waiting for it.
        Turn<V> await() {
            try {
                return turn.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                turn.complete(new Alone<>());
            } catch (InterruptedException e) {
                turn.complete(new Alone<>());
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a turn never fails", e);
            }
            return turn.resultNow();
        }

        Map<String, V> among(Map<String, V> rows) {
            var found = HashMap.<String, V>newHashMap(keys.size());
            for (var key : keys) {
                var row = rows.get(key);
                if (row != null) {
                    found.put(key, row);
                }
            }
            return found;
        }
    }

    private Map<String, V> lead(Asked<V> mine) {
        var others = new ArrayList<Asked<V>>();
        try {
            return mine.among(readForAll(join(mine, others), others));
        } catch (RuntimeException e) {
            if (others.isEmpty()) {
                throw e;
            }
        } finally {
            passOn();
        }
        return source.apply(mine.keys());
    }

    /// If it fails the others read for themselves, and each sees why.
    private Map<String, V> readForAll(Set<String> keys, List<Asked<V>> others) {
        Turn<V> turn = new Alone<>();
        try {
            var rows = source.apply(keys);
            turn = new Found<>(rows);
            return rows;
        } finally {
            for (var other : others) {
                other.turn().complete(turn);
            }
        }
    }

    private Set<String> join(Asked<V> mine, List<Asked<V>> others) {
        var keys = new HashSet<>(mine.keys());
        synchronized (waiting) {
            while (!waiting.isEmpty() && keys.size() < MOST_KEYS) {
                var other = waiting.poll();
                others.add(other);
                keys.addAll(other.keys());
            }
        }
        return keys;
    }

    /// The next who still waits leads; without one, the next who comes.
    private void passOn() {
        synchronized (waiting) {
            for (var next = waiting.poll(); next != null; next = waiting.poll()) {
                if (next.turn().complete(new Lead<>())) {
                    return;
                }
            }
            reading = false;
        }
    }
}
