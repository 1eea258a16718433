package dev.holdfast.reconciliation;

import java.util.List;
import java.util.function.Function;

/// Walks a list that comes in pages sorted by key, one record of a key at a time, so that several such lists can be
/// merged with one page of each in memory.
///
/// @param <T> a record
final class Pages<T> {

    private final Function<String, List<T>> pageAfter;
    private final Function<T, String> keyOf;
    private List<T> page = List.of();
    private int next;
    private String last;
    private boolean over;

    /// @param pageAfter answers the page that follows a key (null: the first), empty at the end
    Pages(Function<String, List<T>> pageAfter, Function<T, String> keyOf) {
        this.pageAfter = pageAfter;
        this.keyOf = keyOf;
    }

    /// The key the walk stands at, null at the end.
    String key() {
        fill();
        return over ? null : keyOf.apply(page.get(next));
    }

    /// The record of this key, if the walk stands at it; the walk goes on to the next.
    T take(String key) {
        if (!key.equals(key())) {
            return null;
        }
        last = key;
        return page.get(next++);
    }

    private void fill() {
        if (!over && next == page.size()) {
            page = pageAfter.apply(last);
            next = 0;
            over = page.isEmpty();
        }
    }
}
