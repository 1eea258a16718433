package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Event;
import dev.holdfast.testing.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final TestDatabase database = TestDatabase.fresh();
    private final Shop shop = new Shop(database);
    private final Recorder mails = new Recorder(database, "mails");

    @AfterEach
    void close() throws Exception {
        shop.close();
        database.close();
    }

    @Test
    void an_event_reaches_every_consumer_once_and_leaves_the_outbox() {
        var figures = new Recorder(database, "figures");
        try (var delivery = shop.deliverTo(mails, figures)) {
            var first = shop.change("a");
            var second = shop.change("a");
            await().until(() -> shop.pending() == 0);
            assertThat(mails.effects()).containsExactly(first, second);
            assertThat(figures.effects()).containsExactly(first, second);
        }
    }

    @Test
    void a_change_that_is_rolled_back_leaves_no_event() throws Exception {
        try (var delivery = shop.deliverTo(mails)) {
            try (var db = database.dataSource().getConnection()) {
                db.setAutoCommit(false);
                shop.outbox().append(db, List.of(Shop.event("a", 1)));
                db.rollback();
            }
            var told = shop.change("b");
            await().until(() -> mails.count() == 1);
            assertThat(mails.effects()).containsExactly(told);
            assertThat(shop.pending()).isZero();
        }
    }

    @Test
    void an_event_survives_the_journey_unchanged() throws Exception {
        var seen = new ArrayList<Event>();
        var event = new Event(
                "evt_1",
                "ThingChanged",
                "/shop",
                "order 'ü' 1",
                "SKU-1",
                7,
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                Instant.parse("2025-08-05T14:23:00.123456Z"),
                "{\"total\": 59.90, \"note\": \"ü\"}");
        shop.append(event);
        var rows = new OutboxRows(database.of("shop"), Shop.QUICK);
        try (var db = database.dataSource().getConnection()) {
            rows.read(db, 0, List.of(Buckets.of(event.subject())), List.of(), 10)
                    .rows()
                    .forEach(row -> seen.add(row.event()));
        }
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst()).isEqualTo(event);
    }

    @Test
    void a_page_of_large_events_is_a_short_one_so_that_a_backlog_needs_no_more_memory() throws Exception {
        for (int sequence = 1; sequence <= 4; sequence++) {
            var small = Shop.event("a", sequence);
            var data = "{\"note\":\"" + "x".repeat(600_000) + "\"}";
            shop.append(new Event(small.id(), small.type(), "/shop", "a", "a", sequence, null, small.at(), data));
        }
        var rows = new OutboxRows(database.of("shop"), Shop.QUICK);
        try (var db = database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            assertThat(rows.read(db, 0, List.of(Buckets.of("a")), List.of(), 10).rows())
                    .extracting(row -> row.event().sequence())
                    .containsExactly(1L, 2L);
        }
        var mails = new Recorder(database, "mails");
        try (var delivery = shop.deliverTo(mails)) {
            await().until(() -> shop.pending() == 0);
        }
        assertThat(mails.sequencesOf("a")).containsExactly("1", "2", "3", "4");
    }

    @Test
    void events_of_types_nobody_wants_leave_the_outbox_too() throws Exception {
        try (var delivery = shop.deliverTo(mails)) {
            shop.append(Shop.event("a", 1, "Unwanted"));
            await().until(() -> shop.pending() == 0);
            assertThat(mails.count()).isZero();
        }
    }

    @Test
    void an_event_of_another_source_is_refused() {
        var foreign = new Event("evt_1", "T", "/other", "a", "a", 1, null, Instant.EPOCH, "{}");
        assertThatThrownBy(() -> shop.append(foreign)).hasMessageContaining("takes no event of /other");
    }

    @Test
    void two_nodes_that_start_at_once_create_one_outbox() throws Exception {
        try (var fresh = TestDatabase.fresh();
                var nodes = Executors.newVirtualThreadPerTaskExecutor()) {
            var starts = IntStream.range(0, 4)
                    .<Callable<String>>mapToObj(node ->
                            () -> new Outboxes(Shop.QUICK).of(fresh.of("shop")).source())
                    .toList();
            for (var start : nodes.invokeAll(starts)) {
                assertThat(start.get()).isEqualTo("/shop");
            }
            assertThat(Shop.query(fresh, "SELECT count(*)::text FROM shop.outbox_buckets"))
                    .containsExactly("64");
        }
    }

    @Test
    void buckets_are_in_range_and_never_change() {
        assertThat(Buckets.of("ord_1")).isEqualTo(Buckets.of("ord_1"));
        assertThat(IntStream.range(0, 10_000).map(i -> Buckets.of("ord_" + i)).distinct())
                .allMatch(bucket -> bucket >= 0 && bucket < Buckets.COUNT)
                .hasSize(Buckets.COUNT);
    }
}
