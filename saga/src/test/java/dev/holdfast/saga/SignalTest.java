package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.OverloadedException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Sagas that are told something while they run, wait, or are put down.
class SignalTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final SagaSettings PUT_DOWN_AT_ONCE = SagaSettings.DEFAULTS.withPutDownAfter(Duration.ofMillis(1));

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private SagaDefinition<String> definition = trip.definition();
    private SagaEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void a_saga_goes_on_as_soon_as_what_it_waits_for_has_come() throws Exception {
        var asked = waitsAtHotel();
        begin(SagaSettings.DEFAULTS);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(engine.signal("s1", "confirmed", "k1", "room 7")).isEqualTo(new SignalAnswer.Recorded(false));

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(trip.calls().stream()
                        .filter(call -> call.step().equals("hotel"))
                        .map(call -> call.signals().getOrDefault("confirmed", "")))
                .containsExactly("", "room 7");
        assertThat(postgres.texts("SELECT outcome || ' ' || (taken_seq > 0) FROM saga.saga_signals"))
                .containsExactly("accepted true");
    }

    @Test
    void a_signal_that_comes_before_the_wait_is_kept() throws Exception {
        var mayBook = new CountDownLatch(1);
        trip.when("seat", (payload, call) -> {
            mayBook.await();
            return Outcome.Done.done();
        });
        waitsAtHotel();
        begin(SagaSettings.DEFAULTS);
        engine.signal("s1", "confirmed", "k1", "room 7");
        mayBook.countDown();

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void the_same_signal_twice_happens_once_and_another_under_its_key_is_refused() throws Exception {
        var asked = waitsAtHotel();
        begin(SagaSettings.DEFAULTS);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        engine.signal("s1", "other", "k1", "x");
        assertThat(engine.signal("s1", "other", "k1", "x")).isEqualTo(new SignalAnswer.Recorded(true));
        assertThat(engine.signal("s1", "other", "k1", "y")).isEqualTo(new SignalAnswer.KeyReused());
        engine.signal("s1", "confirmed", "k2", "");

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.log().stream().filter(row -> row.event() == SagaEvent.SIGNALLED))
                .hasSize(2);
        assertThat(engine.signal("s1", "other", "k3", "")).isEqualTo(new SignalAnswer.Ended(SagaStatus.COMPLETED));
        assertThat(engine.signal("s2", "other", "k3", "")).isEqualTo(new SignalAnswer.Unknown());
    }

    @Test
    void a_saga_that_waits_long_is_put_down_and_picked_up_by_its_signal() throws Exception {
        waitsAtHotel();
        begin(PUT_DOWN_AT_ONCE);
        await().until(() -> engine.quiet());
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_runs WHERE wake_at IS NOT NULL"))
                .containsExactly("s1");

        engine.signal("s1", "confirmed", "k1", "room 7");

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(view.log().stream().map(LogEntry::event)).doesNotContain(SagaEvent.RECOVERED);
    }

    @Test
    void a_saga_that_was_put_down_or_parked_meanwhile_is_not_taken_for_one_that_was_left_behind() throws Exception {
        waitsAtHotel();
        begin(PUT_DOWN_AT_ONCE);
        await().until(() -> engine.quiet());
        var reads = new SagaReads(postgres.dataSource());
        var node = new NodeId(
                postgres.texts("SELECT node FROM saga.saga_nodes").getFirst(),
                postgres.number("SELECT epoch FROM saga.saga_nodes"));

        assertThat(reads.toRun(node, List.of("s1"))).isEmpty();
        postgres.execute("UPDATE saga.saga_runs SET wake_at = NULL, parked = 'BROKEN'");
        assertThat(reads.toRun(node, List.of("s1"))).isEmpty();
        postgres.execute("UPDATE saga.saga_runs SET parked = NULL");
        assertThat(reads.toRun(node, List.of("s1"))).hasSize(1);
    }

    @Test
    void a_saga_that_is_put_down_finds_a_place_also_where_new_ones_have_taken_all() throws Exception {
        waitsAtHotel();
        begin(PUT_DOWN_AT_ONCE.withMaxInFlight(1));
        await().until(() -> engine.quiet());
        var booking = new CountDownLatch(1);
        var mayBook = new CountDownLatch(1);
        trip.when("seat", (payload, call) -> {
            booking.countDown();
            mayBook.await();
            return Outcome.Done.done();
        });
        engine.start(definition, request("s2"));
        assertThat(booking.await(20, TimeUnit.SECONDS)).isTrue();

        engine.signal("s1", "confirmed", "k1", "room 7");

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(engine.runs("s2")).isTrue();
        mayBook.countDown();
    }

    @Test
    void a_saga_that_is_put_down_survives_a_restart_as_it_is() throws Exception {
        waitsAtHotel();
        begin(PUT_DOWN_AT_ONCE);
        await().until(() -> engine.quiet());
        engine.close();

        start(PUT_DOWN_AT_ONCE);
        assertThat(engine.quiet()).isTrue();
        engine.signal("s1", "confirmed", "k1", "room 7");

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(view.log().stream().map(LogEntry::event)).doesNotContain(SagaEvent.RECOVERED);
    }

    @Test
    void a_pause_that_is_put_down_ends_at_its_time_also_after_a_restart() {
        trip.pausing(new Backoff(Duration.ofSeconds(3), Duration.ofSeconds(3)))
                .answers("hotel", new Outcome.Failed("down"), Outcome.Done.done());
        definition = trip.definition();
        begin(PUT_DOWN_AT_ONCE);
        await().until(() -> engine.quiet());
        engine.close();

        start(PUT_DOWN_AT_ONCE);
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void what_was_sent_while_nobody_ran_the_saga_reaches_it_at_the_start() throws Exception {
        var asked = waitsAtHotel();
        begin(SagaSettings.DEFAULTS);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        engine.close();
        postgres.execute("""
                INSERT INTO saga.saga_signals (saga_id, signal_key, name, payload, received_at)
                VALUES ('s1', 'k1', 'confirmed', '"room 7"', now())
                """);

        start(SagaSettings.DEFAULTS);
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void what_another_node_sent_is_found() throws Exception {
        var asked = waitsAtHotel();
        begin(SagaSettings.DEFAULTS);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        postgres.execute("""
                INSERT INTO saga.saga_signals (saga_id, signal_key, name, payload, received_at)
                VALUES ('s1', 'k1', 'confirmed', '"room 7"', now())
                """);
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void a_signal_and_an_operator_reach_a_saga_that_another_node_runs() throws Exception {
        var asked = waitsAtHotel();
        begin(SagaSettings.DEFAULTS);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        try (var other =
                SagaEngine.builder(postgres.dataSource()).register(definition).start()) {
            other.signal("s1", "something", "k1", "");
            await().until(() -> postgres.number("SELECT count(*) FROM saga.saga_signals WHERE taken_seq > 0") == 1);
            assertThat(other.operator().turnBack("s1", "olga", "customer called"))
                    .isEqualTo(new OperatorAnswer.Accepted());
            assertThat(other.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
            assertThat(other.quiet()).isTrue();
        }
    }

    @Test
    void cancelling_undoes_what_is_done_and_says_why() throws Exception {
        var asked = waitsAtHotel();
        begin(SagaSettings.DEFAULTS);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        engine.cancel("s1", "c1", "changed my mind");

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(view.failure()).isEqualTo(new SagaView.Failure("hotel", "cancelled", "changed my mind"));
        assertThat(trip.keys()).containsExactly("s1:seat", "s1:hotel", "s1:hotel:undo", "s1:seat:undo");
    }

    @Test
    void an_operator_cannot_turn_a_saga_back_whose_pivot_has_begun() throws Exception {
        var paying = new CountDownLatch(1);
        var mayPay = new CountDownLatch(1);
        trip.when("pay", (payload, call) -> {
            paying.countDown();
            mayPay.await();
            return Outcome.Done.done();
        });
        begin(SagaSettings.DEFAULTS);
        assertThat(paying.await(20, TimeUnit.SECONDS)).isTrue();
        Thread.ofVirtual().start(() -> {
            await().until(() -> postgres.number("SELECT count(*) FROM saga.saga_signals") == 1);
            mayPay.countDown();
        });

        assertThat(engine.operator().turnBack("s1", "olga", "customer called"))
                .isEqualTo(new OperatorAnswer.NotPossible("its pivot has begun: it goes through"));
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void an_operator_turns_back_a_saga_that_waits_and_the_audit_says_who() throws Exception {
        var asked = waitsAtHotel();
        begin(SagaSettings.DEFAULTS);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(engine.operator().turnBack("s1", "olga", "customer called"))
                .isEqualTo(new OperatorAnswer.Accepted());

        assertThat(engine.await("s1", SOON).orElseThrow().failure().message()).isEqualTo("customer called");
        assertThat(postgres.texts("SELECT who || ' ' || what || ': ' || why FROM saga.saga_audit"))
                .containsExactly("olga turn-back: customer called");
    }

    @Test
    void a_paused_definition_starts_nothing_and_goes_on_with_nothing_until_it_is_resumed() throws Exception {
        var booking = new CountDownLatch(1);
        var mayBook = new CountDownLatch(1);
        trip.when("seat", (payload, call) -> {
            booking.countDown();
            mayBook.await();
            return Outcome.Done.done();
        });
        begin(SagaSettings.DEFAULTS);
        assertThat(booking.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(engine.operator().pause("trip", "olga", "the hotels burn")).isEqualTo(new OperatorAnswer.Accepted());
        await().until(() -> engine.operator().isPaused("trip"));
        mayBook.countDown();
        await().until(() -> postgres.number("SELECT count(*) FROM saga.saga_steps") == 1);
        assertThatThrownBy(() -> engine.start(definition, request("s2")))
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("paused by an operator");
        assertThat(trip.called()).containsExactly("seat");

        engine.operator().resume("trip", "olga", "they are built again");
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(engine.operator().pause("nobody", "olga", "why")).isInstanceOf(OperatorAnswer.NotPossible.class);
    }

    @Test
    void nonsense_is_refused_before_it_is_recorded() {
        begin(SagaSettings.DEFAULTS);

        assertThatIllegalArgumentException().isThrownBy(() -> engine.signal("s1", "$cancel", "k", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.signal("s1", "", "k", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.signal("s1", "x", "k".repeat(256), ""));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.signal("s1", "x", "k", "x".repeat(4_001)));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.signal("s1", "x", "k", "a\0b"));
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_signals")).isZero();
    }

    /// The hotel answers later: done once its confirmation has come.
    private CountDownLatch waitsAtHotel() {
        var asked = new CountDownLatch(1);
        trip.when("hotel", (payload, call) -> {
            asked.countDown();
            return call.signals().containsKey("confirmed")
                    ? Outcome.Done.done()
                    : new Outcome.Waiting("confirmed", Instant.now().plus(Duration.ofHours(1)));
        });
        return asked;
    }

    private void begin(SagaSettings settings) {
        start(settings);
        engine.start(definition, request("s1"));
    }

    private void start(SagaSettings settings) {
        engine = SagaEngine.builder(postgres.dataSource())
                .register(definition)
                .settings(settings)
                .start();
    }
}
