package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// How sagas change hands.
class NodeRegistryTest {

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final NodeRegistry registry = new NodeRegistry(postgres.dataSource(), Duration.ofSeconds(2));
    private final NodeId a = registry.enter("a");
    private final NodeId b = registry.enter("b");
    private final NodeId c = registry.enter("c");

    @Test
    void the_sagas_of_a_dead_node_are_shared_among_the_living_and_they_are_told() {
        give(a, 10);
        give(b, 1);

        assertThat(registry.adopt(a, 0, List.of())).hasValue(10);

        assertThat(owners()).containsExactly("b 6", "c 5");
        assertThat(postgres.texts("SELECT node || ' ' || mail FROM saga.saga_nodes ORDER BY node"))
                .containsExactly("b 1", "c 1");
    }

    @Test
    void of_two_observers_one_takes_over_and_the_other_finds_nothing() throws Exception {
        give(a, 100);

        List<Future<OptionalInt>> found;
        try (var both = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<OptionalInt> adopt = () -> registry.adopt(a, 0, List.of());
            found = both.invokeAll(List.of(adopt, adopt));
        }

        assertThat(found).extracting(Future::get).containsExactlyInAnyOrder(OptionalInt.of(100), OptionalInt.empty());
        assertThat(owners()).containsExactly("b 50", "c 50");
    }

    @Test
    void a_node_that_was_only_late_goes_on() {
        give(a, 3);
        postgres.execute("UPDATE saga.saga_nodes SET beat = 1 WHERE node = 'a'");

        assertThat(registry.adopt(a, 0, List.of())).isEmpty();

        assertThat(owners()).containsExactly("a 3");
        assertThat(postgres.texts("SELECT node FROM saga.saga_nodes ORDER BY node"))
                .containsExactly("a", "b", "c");
    }

    @Test
    void nodes_that_seem_dead_or_are_leaving_inherit_only_when_there_is_nobody_else() {
        give(a, 4);
        registry.announceLeaving(b);
        registry.adopt(a, 0, List.of(c));
        assertThat(owners()).as("nobody else").containsExactly("b 2", "c 2");

        var d = registry.enter("d");
        give(d, 2);
        registry.adopt(d, 0, List.of());
        assertThat(owners()).containsExactly("b 2", "c 4");
    }

    @Test
    void a_node_that_leaves_hands_over_at_once_and_the_last_one_leaves_its_sagas_for_the_next() {
        give(a, 2);
        registry.leave(a, List.of());
        registry.leave(c, List.of());
        assertThat(owners()).containsExactly("b 2");

        registry.leave(b, List.of());
        assertThat(owners()).containsExactly("b 2");
        registry.enter("d");
        assertThat(owners()).containsExactly("d 2");
    }

    @Test
    void a_fenced_node_that_leaves_takes_nothing_along() {
        give(a, 2);
        registry.adopt(a, 0, List.of());
        registry.leave(a, List.of());

        assertThat(owners()).containsExactly("b 1", "c 1");
    }

    @Test
    void a_node_that_enters_takes_no_saga_of_one_that_lives() {
        give(a, 2);
        registry.enter("d");

        assertThat(owners()).containsExactly("a 2");
    }

    @Test
    void a_connection_frozen_inside_its_batch_is_ended_by_whoever_takes_over() throws SQLException {
        try (var frozen = postgres.dataSource().getConnection()) {
            frozen.setAutoCommit(false);
            var batch = new SagaBatch(a, Duration.ofMinutes(5));
            batch.run(frozen, List.of());
            frozen.commit();
            batch.run(frozen, List.of());

            assertThat(registry.adopt(a, 0, List.of())).hasValue(0);
            assertThatThrownBy(frozen::commit).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void a_connection_frozen_inside_its_batch_is_ended_by_the_database_before_half_a_lease_is_over()
            throws SQLException {
        try (var frozen = postgres.dataSource().getConnection()) {
            frozen.setAutoCommit(false);
            new SagaBatch(a, Duration.ofSeconds(2)).run(frozen, List.of());

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(postgres.number(
                                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                            + " AND state = 'idle in transaction'"))
                            .isZero());
            assertThatThrownBy(frozen::commit).isInstanceOf(SQLException.class);
        }
    }

    private void give(NodeId node, int sagas) {
        postgres.execute("""
                INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at,
                                            updated_at)
                SELECT '%s-' || n, 'trip', 1, 'STARTED', '{}', '%s', %d, now(), now() FROM generate_series(1, %d) AS n
                """.formatted(node.name(), node.name(), node.epoch(), sagas));
    }

    private List<String> owners() {
        return postgres.texts("SELECT node || ' ' || count(*) FROM saga.saga_runs GROUP BY node ORDER BY node");
    }
}
