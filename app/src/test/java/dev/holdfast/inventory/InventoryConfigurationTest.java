package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static dev.holdfast.inventory.InventoryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.events.EventSettings;
import dev.holdfast.platform.events.Outboxes;
import dev.holdfast.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class InventoryConfigurationTest {

    @Test
    void it_starts_on_an_empty_database_sweeps_and_stops() throws Exception {
        try (var database = TestDatabase.fresh()) {
            context(database)
                    .withPropertyValues("holdfast.inventory.hold-ttl=3m", "holdfast.inventory.sweep-interval=50ms")
                    .run(context -> {
                        var inventory = context.getBean(InventoryApi.class);
                        inventory.receive("k", List.of(new Receipt("book", null, 1)));
                        var held = (Held) inventory.hold(request("r", line("book", 1)));
                        assertThat(held.expiresAt())
                                .isBetween(
                                        Instant.now().plusSeconds(170),
                                        Instant.now().plusSeconds(181));
                        assertThat(outbox(database)).isEqualTo("InventoryReserved");
                        assertThat(context.getBean(InventoryBooks.class).audit().holds())
                                .isTrue();
                        assertThat(context.getBean(Sweeper.class).isRunning()).isTrue();
                    });
        }
    }

    @Test
    void nonsense_settings_are_refused_with_their_name() throws Exception {
        try (var database = TestDatabase.fresh()) {
            context(database)
                    .withPropertyValues("holdfast.inventory.hold-ttl=0s")
                    .run(context -> assertThat(context.getStartupFailure())
                            .rootCause()
                            .hasMessageContaining("holdfast.inventory.hold-ttl must be 1 ms or more"));
        }
    }

    @Test
    void what_leaves_the_warehouse_is_booked_and_moves_no_counter() throws Exception {
        try (var fixture = new InventoryFixture()) {
            fixture.stock("book", 10);
            fixture.inventory.hold(request("ord", line("book", 4)));
            fixture.inventory.commit(ReservationRef.reservation("ord"));
            fixture.inventory.restock(ReservationRef.reservation("ord"), "back", List.of(line("book", 1)));
            var consumer = new ShippedConsumer(fixture.database.of("inventory"));
            assertThat(consumer.wants("OrderShipped")).isTrue();
            var shipped = new Event("e", "OrderShipped", "/orders", "ord", "ord", 4, null, Instant.EPOCH, "{}");
            try (var db = fixture.database.dataSource().getConnection()) {
                consumer.handle(db, List.of(shipped));
            }
            assertThat(fixture.texts("SELECT quantity FROM inventory.ledger WHERE kind = 'shipped'"))
                    .containsExactly("3");
            assertThat(fixture.books.audit().holds()).isTrue();
        }
    }

    private static String outbox(TestDatabase database) throws SQLException {
        try (var db = database.dataSource().getConnection();
                var statement = db.createStatement();
                var result = statement.executeQuery("SELECT event_type FROM inventory.outbox")) {
            result.next();
            return result.getString(1);
        }
    }

    private static ApplicationContextRunner context(TestDatabase database) {
        return new ApplicationContextRunner()
                .withBean(ServiceDatabases.class, () -> database::of)
                .withBean(Lanes.class, () -> new TestLanes(database))
                .withBean(Clock.class, Clock::systemUTC)
                .withBean(Outboxes.class, () -> new Outboxes(EventSettings.defaults()))
                .withUserConfiguration(InventoryConfiguration.class);
    }

    /// The database is both, and a context wants one bean for each.
    private record TestLanes(TestDatabase database) implements Lanes {

        @Override
        public <Q, R> GroupCommit<Q, R> open(String lane, ServiceDatabase service, BatchWork<Q, R> work) {
            return database.open(lane, service, work);
        }

        @Override
        public <Q, R> GroupCommit<Q, R> open(String lane, ServiceDatabase service, int maxBatch, BatchWork<Q, R> work) {
            return database.open(lane, service, maxBatch, work);
        }
    }
}
