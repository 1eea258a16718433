package dev.holdfast.reconciliation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/// Walks a list that comes in pages sorted by key, one record of a key at a time, so that several such lists can be
/// merged with one page of each in memory.
///
/// All are sorted by the bytes of their keys in UTF-8, as columns of collation "C" are. `String`'s own order is
/// another one as soon as a key has a character beyond U+FFFF, and a merge of lists in different orders would find
/// half of every pair missing; so a list that comes in another order ends the walk.
///
/// @param <T> a record
final class Pages<T> {

    static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final Function<String, List<T>> pageAfter;
    private final Function<T, String> keyOf;
    private List<T> page = List.of();
    private int at;
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
        return over ? null : keyOf.apply(page.get(at));
    }

    /// The record of this key, or null if the walk does not stand at it; the walk goes on to the next.
    T take(String key) {
        return key.equals(key()) ? next() : null;
    }

    /// The records of this key, where there may be several.
    List<T> takeAll(String key) {
        var taken = new ArrayList<T>();
        while (key.equals(key())) {
            taken.add(next());
        }
        return taken;
    }

    private T next() {
        last = keyOf.apply(page.get(at));
        return page.get(at++);
    }

    private void fill() {
        if (!over && at == page.size()) {
            page = pageAfter.apply(last);
            at = 0;
            over = page.isEmpty();
        }
        if (!over && last != null && BY_BYTES.compare(last, keyOf.apply(page.get(at))) > 0) {
            throw new IllegalStateException("books are not in the order of their keys: '" + keyOf.apply(page.get(at))
                    + "' comes after '" + last + "'");
        }
    }
}
