package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadingFloorTest {

    private static final List<Short> ALL =
            IntStream.range(0, Buckets.COUNT).mapToObj(i -> (short) i).toList();

    private final TestDatabase database = TestDatabase.fresh();
    private final Shop shop = new Shop(database);
    private final OutboxRows rows = new OutboxRows(database.of("shop"), Shop.QUICK);
    private final ReadingFloor floor = new ReadingFloor("shop");

    @AfterEach
    void close() throws Exception {
        shop.close();
        database.close();
    }

    @Test
    void it_stays_below_the_id_of_a_transaction_that_is_still_open() throws Exception {
        try (var relay = database.of("shop").direct().getConnection();
                var late = database.of("shop").direct().getConnection()) {
            late.setAutoCommit(false);
            shop.append(Shop.event("a", 1));
            shop.outbox().append(late, List.of(Shop.event("late", 1)));
            shop.append(Shop.event("a", 2));
            for (int look = 0; look < 5; look++) {
                rows.delete(relay, look(relay));
            }
            assertThat(floor.value()).isZero();
            late.commit();
            assertThat(look(relay)).extracting(row -> row.event().subject()).containsExactly("late");
        }
    }

    @Test
    void it_stays_below_the_first_event_of_an_outbox_that_was_idle_before() throws Exception {
        try (var relay = database.of("shop").direct().getConnection()) {
            for (int look = 0; look < 5; look++) {
                look(relay);
            }
            assertThat(floor.value()).isZero();
            shop.append(Shop.event("a", 1));
            assertThat(look(relay)).extracting(OutboxRow::id).containsExactly(1L);
        }
    }

    @Test
    void it_rises_over_what_was_delivered_and_over_transactions_that_were_rolled_back() throws Exception {
        try (var relay = database.of("shop").direct().getConnection();
                var failing = database.of("shop").direct().getConnection()) {
            failing.setAutoCommit(false);
            shop.append(Shop.event("a", 1), Shop.event("a", 2));
            shop.outbox().append(failing, List.of(Shop.event("b", 1)));
            failing.rollback();
            for (int look = 0; look < 3; look++) {
                rows.delete(relay, look(relay));
            }
            assertThat(floor.value()).isEqualTo(3);
            shop.append(Shop.event("a", 3));
            assertThat(look(relay)).extracting(OutboxRow::id).containsExactly(4L);
        }
    }

    @Test
    void it_stays_below_what_is_not_delivered_yet() throws Exception {
        try (var relay = database.of("shop").direct().getConnection()) {
            shop.append(Shop.event("a", 1), Shop.event("a", 2), Shop.event("a", 3));
            var page = look(relay);
            rows.delete(relay, page.subList(0, 1));
            for (int look = 0; look < 5; look++) {
                look(relay);
            }
            assertThat(floor.value()).isEqualTo(1);
            floor.reset();
            assertThat(floor.value()).isZero();
        }
    }

    private List<OutboxRow> look(Connection relay) throws SQLException {
        floor.advance(relay);
        var page = rows.read(relay, floor.value(), ALL, List.of(), 1_000).rows();
        floor.found(page.isEmpty() ? Long.MAX_VALUE : page.getFirst().id());
        return page;
    }
}
