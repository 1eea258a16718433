package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxPartitionsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final TestDatabase database = TestDatabase.fresh();
    private final Shop shop = new Shop(database);
    private final OutboxPartitions partitions = new OutboxPartitions(database.of("shop"), Shop.QUICK);
    private final Instant now = Instant.now();

    @AfterEach
    void close() throws Exception {
        shop.close();
        database.close();
    }

    @Test
    void the_hours_to_come_have_partitions_from_the_start() {
        assertThat(partitionNames()).hasSize(1 + 1 + 2).contains("outbox_default");
    }

    @Test
    void an_old_partition_is_dropped_when_it_is_empty_and_kept_while_it_is_not() throws Exception {
        shop.append(Shop.event("a", 1));
        var before = partitionNames();
        rotateAt(now.plus(HOUR.multipliedBy(10)));
        assertThat(partitionNames()).contains(partitionOf("a")).doesNotContain(without(before, partitionOf("a")));
        try (var delivery = shop.deliverTo(new Recorder(database, "mails"))) {
            await().until(() -> shop.pending() == 0);
        }
        rotateAt(now.plus(HOUR.multipliedBy(10)));
        assertThat(partitionNames()).hasSize(1 + 3).doesNotContainAnyElementsOf(before.subList(1, before.size()));
    }

    @Test
    void a_row_whose_hour_has_no_partition_is_delivered_all_the_same() throws Exception {
        rotateAt(now.plus(HOUR.multipliedBy(10)));
        var mails = new Recorder(database, "mails");
        shop.append(Shop.event("a", 1));
        assertThat(partitionOf("a")).isEqualTo("outbox_default");
        try (var delivery = shop.deliverTo(mails)) {
            await().until(() -> shop.pending() == 0);
        }
        assertThat(mails.count()).isEqualTo(1);
    }

    @Test
    void a_span_whose_rows_are_in_the_default_partition_waits_and_the_next_ones_do_not() throws Exception {
        rotateAt(now.plus(HOUR.multipliedBy(10)));
        shop.append(Shop.event("a", 1));
        rotateAt(now);
        assertThat(partitionNames()).hasSize(4 + 2);
        assertThat(shop.pending()).isEqualTo(1);
    }

    @Test
    void a_partition_somebody_is_writing_to_stays_and_nothing_waits_for_it() throws Exception {
        try (var writer = database.dataSource().getConnection()) {
            writer.setAutoCommit(false);
            shop.outbox().append(writer, List.of(Shop.event("a", 1)));
            rotateAt(now.plus(HOUR.multipliedBy(10)));
            shop.append(Shop.event("b", 1));
            writer.commit();
        }
        assertThat(shop.pending()).isEqualTo(2);
        rotateAt(now.plus(HOUR.multipliedBy(10)));
        assertThat(shop.pending()).isEqualTo(2);
    }

    @Test
    void an_old_snapshot_neither_loses_a_row_nor_stops_the_writers() throws Exception {
        var mails = new Recorder(database, "mails");
        try (var reader = database.dataSource().getConnection();
                var delivery = shop.deliverTo(mails)) {
            reader.setAutoCommit(false);
            reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (var statement = reader.createStatement()) {
                statement.execute("SELECT count(*) FROM shop.outbox");
            }
            shop.change("a");
            await().until(() -> shop.pending() == 0);
            rotateAt(now.plus(HOUR.multipliedBy(10)));
            shop.change("a");
            await().until(() -> shop.pending() == 0);
            reader.rollback();
            rotateAt(now.plus(HOUR.multipliedBy(20)));
            shop.change("a");
            await().until(() -> shop.pending() == 0);
        }
        assertThat(mails.sequencesOf("a")).containsExactly("1", "2", "3");
    }

    @Test
    void rotation_on_two_nodes_under_load_loses_nothing_and_delays_nobody_for_long() throws Exception {
        var mails = new Recorder(database, "mails");
        var done = new AtomicBoolean();
        var rotations = new CountDownLatch(20);
        try (var writers = Executors.newVirtualThreadPerTaskExecutor();
                var delivery = shop.deliverTo(mails)) {
            for (int node = 0; node < 2; node++) {
                writers.submit(() -> {
                    for (int hour = 0; !done.get(); hour++) {
                        rotateAt(now.plus(HOUR.multipliedBy(hour)));
                        rotations.countDown();
                    }
                    return null;
                });
            }
            var changes = IntStream.range(0, 2_000)
                    .<Callable<String>>mapToObj(i -> () -> shop.change("thing-" + i % 50))
                    .toList();
            var told = writers.invokeAll(changes);
            assertThat(rotations.await(30, TimeUnit.SECONDS)).isTrue();
            done.set(true);
            for (var event : told) {
                event.get();
            }
            await().until(() -> shop.pending() == 0);
        }
        assertThat(mails.count()).isEqualTo(2_000);
    }

    private void rotateAt(Instant time) throws SQLException {
        try (var db = database.of("shop").direct().getConnection()) {
            db.setAutoCommit(false);
            partitions.rotate(db, time);
        }
    }

    private List<String> partitionNames() {
        return Shop.query(
                database,
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                        + " WHERE i.inhparent = 'shop.outbox'::regclass ORDER BY c.relname");
    }

    private String partitionOf(String subject) {
        return Shop.query(
                        database,
                        "SELECT relname FROM shop.outbox o JOIN pg_class c ON c.oid = o.tableoid WHERE subject = '"
                                + subject + "'")
                .getFirst();
    }

    private static String[] without(List<String> names, String kept) {
        return names.stream()
                .filter(name -> !name.equals(kept) && !name.equals("outbox_default"))
                .toArray(String[]::new);
    }
}
