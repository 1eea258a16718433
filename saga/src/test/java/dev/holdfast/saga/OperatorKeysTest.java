package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
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
    private final SagaEngine engine =
            SagaEngine.builder(postgres.dataSource()).register(definition).start();

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
