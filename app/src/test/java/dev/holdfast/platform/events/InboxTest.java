package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Event;
import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InboxTest {

    private static final long DAY_SECONDS = 86_400;

    private final TestDatabase database = TestDatabase.fresh();
    private final Inbox inbox = new Inbox("reader", "mails");

    @BeforeEach
    void open() {
        EventTables.createInbox(database.of("reader"));
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Test
    void only_what_is_newer_than_the_last_is_new() throws Exception {
        assertThat(claim(List.of(Shop.event("a", 1), Shop.event("b", 4), Shop.event("a", 2))))
                .containsExactly(1L, 4L, 2L);
        assertThat(claim(List.of(Shop.event("a", 1), Shop.event("a", 2)))).isEmpty();
        assertThat(claim(List.of(Shop.event("a", 2), Shop.event("a", 3), Shop.event("b", 4))))
                .containsExactly(3L);
    }

    @Test
    void sources_and_consumers_are_told_apart() throws Exception {
        claim(List.of(Shop.event("a", 5)));
        try (var db = connect()) {
            var event = Shop.event("a", 1);
            assertThat(inbox.claim(db, "/other", List.of(event))).containsExactly(event);
            assertThat(new Inbox("reader", "figures").claim(db, "/shop", List.of(event)))
                    .containsExactly(event);
        }
    }

    @Test
    void a_claim_that_is_rolled_back_is_none() throws Exception {
        try (var db = connect()) {
            inbox.claim(db, "/shop", List.of(Shop.event("a", 1)));
            db.rollback();
        }
        assertThat(claim(List.of(Shop.event("a", 1)))).containsExactly(1L);
    }

    @Test
    void of_two_nodes_that_deliver_the_same_event_one_has_it() throws Exception {
        var claimed = new CountDownLatch(1);
        try (var first = connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(inbox.claim(first, "/shop", List.of(Shop.event("a", 1)))).hasSize(1);
            var second = threads.submit(() -> {
                claimed.countDown();
                return claim(List.of(Shop.event("a", 1), Shop.event("a", 2)));
            });
            claimed.await();
            first.commit();
            assertThat(second.get()).containsExactly(2L);
        }
    }

    @Test
    void rows_nobody_touched_for_long_are_pruned_in_sets() throws Exception {
        database.execute("INSERT INTO reader.inbox SELECT 'mails', '/shop', 'old-' || n, 1, now() - interval '31 days'"
                + " FROM generate_series(1, 7000) n");
        claim(List.of(Shop.event("a", 1)));
        try (var db = connect()) {
            assertThat(inbox.prune(db, 30 * DAY_SECONDS)).isEqualTo(5_000);
            assertThat(inbox.prune(db, 30 * DAY_SECONDS)).isEqualTo(2_000);
            assertThat(inbox.prune(db, 30 * DAY_SECONDS)).isZero();
            db.commit();
        }
        assertThat(Shop.query(database, "SELECT subject FROM reader.inbox")).containsExactly("a");
    }

    @Test
    void an_event_that_keeps_coming_because_another_consumer_fails_on_it_is_not_forgotten() throws Exception {
        claim(List.of(Shop.event("a", 1)));
        database.execute("UPDATE reader.inbox SET updated_at = now() - interval '29 days'");
        assertThat(claim(List.of(Shop.event("a", 1)))).isEmpty();
        try (var db = connect()) {
            assertThat(inbox.prune(db, 2 * DAY_SECONDS)).isZero();
        }
    }

    private Connection connect() throws SQLException {
        var db = database.of("reader").direct().getConnection();
        db.setAutoCommit(false);
        return db;
    }

    private List<Long> claim(List<Event> events) throws SQLException {
        try (var db = connect()) {
            var fresh = inbox.claim(db, "/shop", events);
            db.commit();
            return fresh.stream().map(Event::sequence).toList();
        }
    }
}
