package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BellTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final Bell bell = new Bell();

    @Test
    void a_ring_that_names_a_transaction_keeps_its_relay_awake_until_that_has_ended() throws Exception {
        bell.ring("7");
        bell.await(LONG);
        bell.await(LONG);
        assertThat(bell.open()).containsExactly("7");
        bell.ended(List.of("7"));
        assertThat(bell.open()).isEmpty();
    }

    @Test
    void rings_that_nobody_answers_do_not_pile_up() throws Exception {
        for (int transaction = 0; transaction < 5_000; transaction++) {
            bell.ring(Integer.toString(transaction));
        }
        assertThat(bell.open()).hasSizeLessThanOrEqualTo(1_000);
    }

    @Test
    void the_relays_of_other_nodes_are_told_and_ones_own_is_not() throws Exception {
        try (var database = TestDatabase.fresh();
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var own = new Intercom(database.of("shop"), "relay_here", new Bell());
                var other = new Intercom(database.of("shop"), "relay_there", bell);
                var db = database.of("shop").direct().getConnection()) {
            other.start();
            await().until(() -> Shop.query(
                            database,
                            "SELECT query FROM pg_stat_activity WHERE application_name = 'holdfast intercom shop'")
                    .equals(List.of("LISTEN holdfast_outbox_shop")));
            bell.await(LONG);
            var waiting = threads.submit(() -> {
                bell.await(LONG);
                return "told";
            });
            other.tellOthers(db);
            own.tellOthers(db);
            assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo("told");
        }
    }
}
