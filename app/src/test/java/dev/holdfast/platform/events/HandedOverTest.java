package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Event;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class HandedOverTest {

    private static final OffsetDateTime NOW = OffsetDateTime.parse("2025-08-05T14:23:00Z");
    private static final Set<Short> ALL = buckets(0, Buckets.COUNT);

    private final HandedOver handedOver = new HandedOver(Shop.quick(100));
    private long ids;

    HandedOverTest() {
        handedOver.readInstead();
    }

    @Test
    void what_follows_the_first_event_or_one_that_was_delivered_is_next() {
        take(Shop.event("a", 1), Shop.event("b", 1), Shop.event("a", 2));
        assertThat(page()).containsExactly("a 1", "b 1", "a 2");
        take(Shop.event("b", 2));
        take(Shop.event("a", 3));
        assertThat(page()).containsExactly("b 2", "a 3");
        assertThat(handedOver.behind()).isFalse();
    }

    @Test
    void an_event_whose_predecessor_was_written_elsewhere_is_read_with_it() {
        take(Shop.event("a", 1));
        assertThat(page()).containsExactly("a 1");
        take(Shop.event("a", 3), Shop.event("b", 1), Shop.event("a", 4));
        assertThat(page()).containsExactly("b 1");
        assertThat(handedOver.behind()).isTrue();
    }

    @Test
    void what_was_read_counts_as_delivered_and_is_not_delivered_again() {
        handedOver.delivered(rows(Shop.event("a", 1), Shop.event("a", 2)));
        take(Shop.event("a", 2), Shop.event("a", 3));
        assertThat(page()).containsExactly("a 3");
    }

    @Test
    void a_subject_that_failed_is_read_from_there_on() {
        take(Shop.event("a", 1), Shop.event("a", 2));
        page();
        handedOver.failed("a");
        take(Shop.event("a", 3));
        assertThat(page()).isEmpty();
        assertThat(handedOver.behind()).isTrue();
    }

    @Test
    void other_relays_buckets_and_subjects_that_are_held_back_are_left_out() {
        take(Shop.event("a", 1), Shop.event("b", 1), Shop.event("c", 1));
        var others = new TreeSet<>(ALL);
        others.remove(Buckets.of("a"));
        assertThat(texts(handedOver.page(others, List.of("b"), 100))).containsExactly("c 1");
        assertThat(handedOver.behind()).isFalse();
    }

    @Test
    void a_transaction_that_hands_nothing_over_is_read_and_all_before_it_too() {
        take(Shop.event("a", 1));
        take();
        assertThat(handedOver.isEmpty()).isTrue();
        assertThat(handedOver.behind()).isTrue();
        handedOver.readInstead();
        assertThat(handedOver.behind()).isFalse();
    }

    @Test
    void what_is_more_than_a_few_pages_is_read() {
        for (int i = 0; i <= HandedOver.PAGES * 100; i++) {
            take(Shop.event("thing-" + i, 1));
        }
        assertThat(handedOver.behind()).isTrue();
        assertThat(handedOver.isEmpty()).isTrue();
    }

    @Test
    void what_it_remembers_is_bounded_and_what_it_forgets_is_read() {
        int subjects = 2 * HandedOver.REMEMBERED + 10_000;
        for (int i = 0; i < subjects; i++) {
            take(Shop.event("thing-" + i, 1));
            page();
        }
        take(Shop.event("thing-" + (subjects - 1), 2));
        assertThat(page()).containsExactly("thing-" + (subjects - 1) + " 2");
        take(Shop.event("thing-0", 2));
        assertThat(page()).isEmpty();
        assertThat(handedOver.behind()).isTrue();
    }

    private void take(Event... events) {
        handedOver.take(new Bell.Ring(0, rows(events), 0));
    }

    private List<OutboxRow> rows(Event... events) {
        var rows = new ArrayList<OutboxRow>();
        for (var event : events) {
            rows.add(new OutboxRow(++ids, NOW, 0, event));
        }
        return rows;
    }

    private List<String> page() {
        return texts(handedOver.page(ALL, List.of(), 100));
    }

    private static List<String> texts(List<OutboxRow> rows) {
        return rows.stream()
                .map(row -> row.event().subject() + " " + row.event().sequence())
                .toList();
    }

    private static Set<Short> buckets(int from, int to) {
        var buckets = new TreeSet<Short>();
        for (int bucket = from; bucket < to; bucket++) {
            buckets.add((short) bucket);
        }
        return buckets;
    }
}
