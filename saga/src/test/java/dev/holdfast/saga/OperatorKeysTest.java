package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Deeds under a key of the operator's own.
class OperatorKeysTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final OperatorAnswer ACCEPTED = new OperatorAnswer.Accepted();

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip()
            .pausing(new Backoff(Duration.ofHours(1), Duration.ofHours(1)))
            .answers("seat", new Outcome.Failed("down"));
    private final SagaDefinition<String> definition = trip.definition();
    private final SagaEngine engine = SagaEngine.builder(postgres.dataSource())
            .register(definition)
            .settings(SagaSettings.DEFAULTS.withStartKeysKept(Duration.ofDays(20)))
            .start();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void the_same_deed_under_the_same_key_is_done_once_and_answered_alike_also_after_the_end() {
        begin();
        assertThat(engine.operator().under("k").turnBack("s1", "olga", "she called"))
                .isEqualTo(ACCEPTED);
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);

        assertThat(engine.operator().under("k").turnBack("s1", "olga", "she called"))
                .isEqualTo(ACCEPTED);
        assertThat(engine.operator().turnBack("s1", "olga", "she called"))
                .isInstanceOf(OperatorAnswer.NotPossible.class);
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_audit")).isEqualTo(1);
    }

    @Test
    void another_deed_under_the_same_key_is_refused_and_another_operators_key_is_another_key() {
        begin();
        assertThat(engine.operator().under("k").retryNow("s1", "olga")).isEqualTo(ACCEPTED);

        assertThat(engine.operator().under("k").turnBack("s1", "olga", "she called"))
                .isEqualTo(new OperatorAnswer.KeyReused());
        assertThat(engine.operator().under("k").turnBack("s1", "paul", "she called"))
                .isEqualTo(ACCEPTED);
    }

    @Test
    void a_pause_that_is_asked_for_again_after_it_was_resumed_pauses_nothing() {
        var once = engine.operator().under("k");
        assertThat(once.pause("trip", "olga", "maintenance")).isEqualTo(ACCEPTED);
        assertThat(engine.operator().isPaused("trip")).isTrue();
        assertThat(engine.operator().resume("trip", "olga", "over")).isEqualTo(ACCEPTED);

        assertThat(once.pause("trip", "olga", "maintenance")).isEqualTo(ACCEPTED);
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_pauses")).isZero();
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_audit")).isEqualTo(2);
        assertThat(once.pause("trip", "olga", "another reason")).isEqualTo(new OperatorAnswer.KeyReused());
        assertThat(once.resume("trip", "olga", "maintenance")).isEqualTo(new OperatorAnswer.KeyReused());
    }

    @Test
    void the_key_of_a_pause_is_kept_as_long_as_start_keys_are() {
        engine.operator().under("k").pause("trip", "olga", "maintenance");
        engine.operator().resume("trip", "olga", "over");
        begin();

        assertThat(postgres.texts("""
                        SELECT scope || ' ' || floor(extract(epoch FROM expires_at - now()) / 86400)
                          FROM saga.saga_start_keys
                         ORDER BY 1
                        """)).containsExactly("operator 20", "test 20");
    }

    @Test
    void scopes_of_the_engine_itself_are_nobody_elses() {
        for (var scope : List.of("operator", "child-saga")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.start(
                            definition, new StartRequest<>("s1", "x", scope, "k", "hash", null, null, null)))
                    .withMessageContaining("the engine's own");
        }
    }

    @Test
    void a_key_has_a_length() {
        assertThatIllegalArgumentException().isThrownBy(() -> engine.operator().under("k".repeat(256)));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.operator().under(""));
        begin();
        assertThat(engine.operator().under("k".repeat(255)).retryNow("s1", "o".repeat(100)))
                .isEqualTo(ACCEPTED);
    }

    private void begin() {
        engine.start(definition, request("s1"));
        await().atMost(SOON).until(() -> !engine.find("s1").orElseThrow().log().isEmpty());
    }
}
