package dev.holdfast.platform;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
/// What a caller gets was read after it asked: it never joins a read that has begun. Nobody waits longer than a
/// second for another's read, and nobody fails with one: then it reads for itself.
///
/// Thread-safe.
///
/// @param <V> what is read for a key
public final class CombinedReads<V> {

    /// Enough that a round trip costs each next to nothing, few enough that the first of them waits for little.
    private static final int MOST_KEYS = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Function<Set<String>, Map<String, V>> source;
    private final long patienceNanos;

    /// Also the lock of `reading`.
    private final LinkedHashSet<Asked<V>> waiting = new LinkedHashSet<>();

    private boolean reading;

    /// @param source reads the rows of these keys, one or more, each of which it can be asked about; those that do
    ///     not exist are left out
    public CombinedReads(Function<Set<String>, Map<String, V>> source) {
        this(source, PATIENCE);
    }

    CombinedReads(Function<Set<String>, Map<String, V>> source, Duration patience) {
        this.source = source;
        this.patienceNanos = patience.toNanos();
    }

    /// The rows there are, by key.
    ///
    /// @param keys none of them null
    /// @throws RuntimeException whatever the source throws
    public Map<String, V> find(Collection<String> keys) {
        if (keys.isEmpty()) {
            return Map.of();
        }
        var mine = new Asked<V>(Set.copyOf(keys));
        if (enter(mine)) {
            return lead(mine);
        }
        return switch (await(mine)) {
            case Found<V>(var rows) -> mine.among(rows);
            case Lead<V>() -> lead(mine);
            case Alone<V>() -> source.apply(mine.keys);
        };
    }

    /// Callers that wait now.
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /// What becomes of a caller who waited.
    private sealed interface Turn<V> {

        Lead<?> LEAD = new Lead<>();
        Alone<?> ALONE = new Alone<>();

        @SuppressWarnings("unchecked")
        static <V> Turn<V> lead() {
            return (Turn<V>) LEAD;
        }

        @SuppressWarnings("unchecked")
        static <V> Turn<V> alone() {
            return (Turn<V>) ALONE;
        }
    }

    private record Found<V>(Map<String, V> rows) implements Turn<V> {}

    /// It reads for itself and for those behind it.
    private record Lead<V>() implements Turn<V> {}

    private record Alone<V>() implements Turn<V> {}

    private static final class Asked<V> {

        private final Set<String> keys;
        private final CompletableFuture<Turn<V>> turn = new CompletableFuture<>();

        Asked(Set<String> keys) {
            this.keys = keys;
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

    /// @return whether it is the one that reads
    private boolean enter(Asked<V> mine) {
        synchronized (waiting) {
            if (reading) {
                waiting.add(mine);
                return false;
            }
            reading = true;
            return true;
        }
    }

    /// Whoever completes the turn first decides. So a caller who loses patience in the moment it is made to lead
    /// does lead. One that is interrupted in that moment hands the lead on, because what it reads may fail for
    /// that; so does one that cannot go on at all.
    private Turn<V> await(Asked<V> mine) {
        var stays = false;
        try {
            var turn = await(mine.turn);
            stays = turn != null && turn != Turn.ALONE;
            return turn == null ? Turn.alone() : turn;
        } finally {
            if (!stays && !giveUp(mine) && mine.turn.resultNow() == Turn.LEAD) {
                passOn();
            }
        }
    }

    /// @return null for one that was interrupted; still is then
    private Turn<V> await(CompletableFuture<Turn<V>> turn) {
        try {
            return turn.get(patienceNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            turn.complete(Turn.alone());
            return turn.resultNow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a turn never fails", e);
        }
    }

    /// @return false if it has been given a turn before
    private boolean giveUp(Asked<V> mine) {
        synchronized (waiting) {
            waiting.remove(mine);
        }
        return mine.turn.complete(Turn.alone());
    }

    private Map<String, V> lead(Asked<V> mine) {
        try {
            var others = new ArrayList<Asked<V>>();
            return mine.among(readForAll(mine, others));
        } finally {
            passOn();
        }
    }

    /// If it fails the others read for themselves, and each sees why.
    private Map<String, V> readForAll(Asked<V> mine, List<Asked<V>> others) {
        var turn = Turn.<V>alone();
        try {
            var rows = source.apply(join(mine, others));
            turn = new Found<>(rows);
            return rows;
        } finally {
            for (var other : others) {
                other.turn.complete(turn);
            }
        }
    }

    private Set<String> join(Asked<V> mine, List<Asked<V>> others) {
        var keys = new HashSet<>(mine.keys);
        synchronized (waiting) {
            for (var each = waiting.iterator(); each.hasNext() && keys.size() < MOST_KEYS; each.remove()) {
                var other = each.next();
                others.add(other);
                keys.addAll(other.keys);
            }
        }
        return keys;
    }

    /// The next who still waits leads; without one, the next who comes.
    private void passOn() {
        synchronized (waiting) {
            reading = false;
            for (var each = waiting.iterator(); !reading && each.hasNext(); each.remove()) {
                reading = each.next().turn.complete(Turn.lead());
            }
        }
    }
}
