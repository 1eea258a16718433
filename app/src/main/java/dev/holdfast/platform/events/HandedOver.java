package dev.holdfast.platform.events;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The committed events that writers of this process have handed over to the relay, so that it need not read them
/// from the outbox, and whether it has to read all the same. Used by the relay's thread only.
///
/// Reading keeps order by itself: a statement that sees an event sees every earlier one of the subject. What is
/// handed over has no such proof, because another lane or process may have written the event before: coming later,
/// that one would be taken for old by the consumers' inboxes and be lost. So an event handed over is delivered only
/// if it is the first of its subject (sequence 1), or if this relay remembers having delivered the one before.
/// Otherwise it is left in the outbox, and read.
final class HandedOver {

    /// Pages that may wait.
    static final int PAGES = 20;

    /// Subjects remembered, twice as many at most. An order hears of the next change within seconds.
    static final int REMEMBERED = 50_000;

    private final EventSettings settings;
    private final ArrayDeque<OutboxRow> waiting = new ArrayDeque<>();
    private Map<String, Long> delivered = new HashMap<>();
    private Map<String, Long> deliveredBefore = new HashMap<>();
    private long characters;
    private boolean behind = true;

    HandedOver(EventSettings settings) {
        this.settings = settings;
    }

    /// Whether there may be events in the outbox that were not handed over.
    boolean behind() {
        return behind;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void fallBehind() {
        behind = true;
    }

    /// Of a transaction that is committed; its rows are those of all buckets. None: it has to be read. So has what
    /// is more than a few pages.
    void take(Bell.Ring ring) {
        waiting.addAll(ring.rows());
        characters += ring.characters();
        if (ring.rows().isEmpty()
                || waiting.size() > PAGES * settings.pageSize()
                || characters > PAGES * (long) settings.pageBytes()) {
            clear();
            behind = true;
        }
    }

    private void clear() {
        waiting.clear();
        characters = 0;
    }

    /// The relay reads: everything taken so far was committed before, so the read finds it. Unless it is told to
    /// go on, it is no longer behind.
    void readInstead() {
        clear();
        behind = false;
    }

    /// The next events to deliver, in the order in which they were handed over. Counted as delivered from now on;
    /// of those that are not, [#failed] must be told.
    ///
    /// @param owned the relay's buckets; others are another's to deliver
    /// @param held subjects that are held back; all of theirs is read when they no longer are
    List<OutboxRow> page(Collection<Short> owned, Collection<String> held, int size) {
        var page = new ArrayList<OutboxRow>(Math.min(size, waiting.size()));
        long end = characters - settings.pageBytes();
        while (page.size() < size && characters > end && !waiting.isEmpty()) {
            var row = waiting.poll();
            characters -= row.event().data().length();
            var subject = row.event().subject();
            if (owned.contains(Buckets.of(subject)) && !held.contains(subject) && isNext(row)) {
                page.add(row);
                delivered(row);
            }
        }
        return page;
    }

    private boolean isNext(OutboxRow row) {
        long sequence = row.event().sequence();
        long before = lastOf(row.event().subject());
        if (sequence > before + 1) {
            behind = true;
        }
        return sequence == before + 1;
    }

    /// 0 when nothing is remembered: then only a first event is known to be the next.
    private long lastOf(String subject) {
        var last = delivered.get(subject);
        if (last == null) {
            last = deliveredBefore.get(subject);
        }
        return last == null ? 0 : last;
    }

    void delivered(List<OutboxRow> rows) {
        rows.forEach(this::delivered);
    }

    private void delivered(OutboxRow row) {
        delivered.put(row.event().subject(), row.event().sequence());
        if (delivered.size() >= REMEMBERED) {
            deliveredBefore = delivered;
            delivered = new HashMap<>();
        }
    }

    /// Not all of the subject's events of a page were delivered.
    void failed(String subject) {
        delivered.remove(subject);
        deliveredBefore.remove(subject);
    }

    /// The connection is lost, and with it the knowledge of what the database has.
    void reset() {
        clear();
        delivered.clear();
        deliveredBefore.clear();
        behind = true;
    }
}
