package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Event;
import dev.holdfast.testing.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/// Many events. The figures are printed for whoever wants to see them and asserted nowhere: that is the business of
/// the bench.
class OutboxDrainTest {

    private static final int EVENTS = Integer.getInteger("holdfast.test.events", 20_000);

    private final TestDatabase database = TestDatabase.fresh();
    private final Shop shop = new Shop(database);
    private final Recorder mails = new Recorder(database, "mails");

    @AfterEach
    void close() throws Exception {
        shop.close();
        database.close();
    }

    @Test
    void a_backlog_of_thousands_is_drained_to_the_last_event(TestReporter figures) throws Exception {
        long writing = System.nanoTime();
        for (int batch = 0; batch < EVENTS / 500; batch++) {
            int first = batch * 500;
            shop.append(IntStream.range(first, first + 500)
                    .mapToObj(i -> Shop.event("thing-" + i, 1))
                    .toArray(Event[]::new));
        }
        long draining = System.nanoTime();
        try (var delivery = shop.deliverTo(mails)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> shop.pending() == 0);
        }
        long ended = mails.seenNanos().values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElseThrow();
        figures.publishEntry("written/s", Long.toString(EVENTS * 1_000_000_000L / (draining - writing)));
        figures.publishEntry("drained/s", Long.toString(EVENTS * 1_000_000_000L / (ended - draining)));
        assertThat(mails.count()).isEqualTo(EVENTS);
    }

    @Test
    void events_are_handled_while_others_are_being_written(TestReporter figures) throws Exception {
        try (var delivery = shop.deliverTo(mails)) {
            writeMany(EVENTS / 2);
            await().until(() -> shop.pending() == 0);
            long begun = System.nanoTime();
            var committed = writeMany(EVENTS / 2);
            figures.publishEntry("written/s", Long.toString(EVENTS / 2 * 1_000_000_000L / (System.nanoTime() - begun)));
            await().until(() -> shop.pending() == 0);
            var lags = committed.entrySet().stream()
                    .mapToLong(entry -> (mails.seenNanos().get(entry.getKey()) - entry.getValue()) / 1_000)
                    .sorted()
                    .toArray();
            figures.publishEntry("commit to handler, p50 µs", Long.toString(lags[lags.length / 2]));
            figures.publishEntry("commit to handler, p99 µs", Long.toString(lags[lags.length * 99 / 100]));
        }
        assertThat(mails.count()).isEqualTo(EVENTS);
    }

    /// 32 callers at a time.
    ///
    /// @return when each event was committed, by `System.nanoTime`
    private Map<String, Long> writeMany(int count) throws InterruptedException {
        Map<String, Long> committed = new ConcurrentHashMap<>();
        var permits = new Semaphore(32);
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                permits.acquire();
                var thing = "thing-" + i % 500;
                writers.submit(() -> {
                    committed.put(shop.change(thing), System.nanoTime());
                    permits.release();
                });
            }
        }
        return committed;
    }
}
