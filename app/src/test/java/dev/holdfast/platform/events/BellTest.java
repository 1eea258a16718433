package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testing.TestDatabase;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BellTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final Bell bell = new Bell();

    @Test
    void a_ring_that_names_a_transaction_keeps_its_relay_awake_until_that_has_ended() throws Exception {
        bell.ring("7", 0, List.of());
        bell.await(LONG);
        bell.await(LONG);
        assertThat(bell.open()).containsExactly("7");
        bell.ended(Set.of("7"));
        assertThat(bell.open()).isEmpty();
    }

    @Test
    void rings_that_nobody_answers_do_not_pile_up() throws Exception {
        for (int transaction = 0; transaction < 5_000; transaction++) {
            bell.ring(Integer.toString(transaction), 0, List.of());
        }
        assertThat(bell.open()).hasSizeLessThanOrEqualTo(1_000);
    }

    @Test
    void what_was_written_before_the_relay_connected_is_not_handed_over() {
        bell.connected();
        long before = bell.era();
        bell.ring("7", before, List.of(row("a")));
        bell.connected();
        bell.ring("8", before, List.of(row("b")));
        bell.ring("9", bell.era(), List.of(row("c")));
        var ended = bell.ended(Set.of("7", "8", "9"));
        assertThat(ended.keySet()).containsExactly("7", "8", "9");
        assertThat(ended.get("7").rows()).isEmpty();
        assertThat(ended.get("8").rows()).isEmpty();
        assertThat(ended.get("9").rows()).hasSize(1);
    }

    @Test
    void what_is_handed_over_is_bounded() {
        bell.connected();
        for (int transaction = 0; transaction < 300; transaction++) {
            bell.ring(Integer.toString(transaction), bell.era(), Collections.nCopies(100, row("a")));
        }
        var ended = bell.ended(Set.copyOf(bell.open()));
        assertThat(ended).hasSize(300);
        assertThat(ended.values().stream().mapToInt(ring -> ring.rows().size()).sum())
                .isEqualTo(20_000);
        bell.ring("next", bell.era(), List.of(row("a")));
        assertThat(bell.ended(Set.of("next")).get("next").rows()).hasSize(1);
    }

    @Test
    void nothing_is_kept_where_no_relay_is_connected() {
        bell.ring("7", bell.era(), List.of(row("a")));
        assertThat(bell.ended(Set.of("7")).get("7").rows()).isEmpty();
        bell.connected();
        bell.close();
        bell.ring("8", bell.era(), List.of(row("a")));
        assertThat(bell.ended(Set.of("8")).get("8").rows()).isEmpty();
    }

    private static OutboxRow row(String subject) {
        return new OutboxRow(1, OffsetDateTime.parse("2025-08-05T14:23:00Z"), 0, Shop.event(subject, 1));
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
            assertThat(bell.toldToRead()).isTrue();
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
