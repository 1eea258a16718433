package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// One key, one saga; one subject, one saga that has not failed.
class StartTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = trip.definition();
    private SagaEngine engine = engine(SagaSettings.DEFAULTS);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void fifty_starts_at_once_with_one_key_start_one_saga() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var starts = IntStream.range(0, 50)
                    .mapToObj(i -> (Callable<StartAnswer>) () -> engine.start(definition, about("s" + i, "one", null)))
                    .toList();
            var answers = callers.invokeAll(starts).stream()
                    .map(answer -> answer.resultNow())
                    .toList();

            assertThat(answers)
                    .filteredOn(StartAnswer.Started.class::isInstance)
                    .hasSize(1);
            assertThat(answers)
                    .filteredOn(StartAnswer.AlreadyStarted.class::isInstance)
                    .hasSize(49);
            assertThat(answers)
                    .extracting(StartAnswer::sagaId)
                    .containsOnly(answers.getFirst().sagaId());
        }
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_executions")).isEqualTo(1);
    }

    @Test
    void another_request_under_a_used_key_is_told_so() {
        engine.start(definition, about("s1", "one", null));

        var other = new StartRequest<>("s2", "to Oslo", "test", "one", "other-hash", null, null, null);
        assertThat(engine.start(definition, other)).isEqualTo(new StartAnswer.KeyReused("s1"));
        assertThat(engine.startedBy("test", "one")).contains(new StartedBy("s1", "hash"));
        assertThat(engine.find("s2")).isEmpty();
    }

    @Test
    void a_repeated_request_with_its_own_saga_id_is_not_run_twice() {
        engine.start(definition, request("s1"));
        engine.await("s1", SOON);

        assertThat(engine.start(definition, request("s1"))).isEqualTo(new StartAnswer.AlreadyStarted("s1"));
        assertThat(engine.quiet()).isTrue();
        assertThat(trip.called()).hasSize(4);
    }

    @Test
    void a_subject_belongs_to_one_saga_until_that_fails() throws Exception {
        var mayRefuse = new CountDownLatch(1);
        trip.when("pay", (payload, call) -> {
            mayRefuse.await();
            return new Outcome.Refused("card-declined", "no money");
        });
        engine.start(definition, about("s1", "one", "cart:7"));

        assertThat(engine.start(definition, about("s2", "two", "cart:7")))
                .isEqualTo(new StartAnswer.SubjectTaken("s1"));
        assertThat(engine.holderOf("cart:7")).contains("s1");
        assertThat(engine.startedBy("test", "two")).isEmpty();

        mayRefuse.countDown();
        engine.await("s1", SOON);
        assertThat(engine.holderOf("cart:7")).isEmpty();
        assertThat(engine.start(definition, about("s2", "two", "cart:7"))).isEqualTo(new StartAnswer.Started("s2"));
    }

    @Test
    void texts_the_database_would_change_or_refuse_are_refused_before() {
        for (var text : List.of("a\0b", "a\uD800", "\uDC00b", " ", "x".repeat(256))) {
            assertThatIllegalArgumentException().isThrownBy(() -> about("s1", text, null));
        }
        assertThat(about("s1", "\uD83D\uDE00", null).idempotencyKey()).hasSize(2);
    }

    @Test
    void a_subject_stays_with_a_saga_that_completed() {
        engine.start(definition, about("s1", "one", "cart:7"));
        engine.await("s1", SOON);

        assertThat(engine.start(definition, about("s2", "two", "cart:7")))
                .isEqualTo(new StartAnswer.SubjectTaken("s1"));
    }

    @Test
    void a_name_is_never_given_twice_not_even_after_its_saga_has_failed() {
        trip.when("pay", (payload, call) -> new Outcome.Refused("card-declined", "no money"));
        engine.start(definition, about("s1", "one", "cart:7").withName("order:1"));
        engine.await("s1", SOON);

        assertThat(engine.start(definition, about("s2", "two", "cart:8").withName("order:1")))
                .isEqualTo(new StartAnswer.NameTaken("s1"));
        assertThat(engine.startedBy("test", "two")).isEmpty();
        assertThat(engine.holderOf("cart:8")).isEmpty();
        assertThat(engine.named("order:1")).contains("s1");
        assertThat(engine.start(definition, about("s2", "two", "cart:8").withName("order:2")))
                .isEqualTo(new StartAnswer.Started("s2"));
    }

    @Test
    void a_start_whose_subject_is_taken_leaves_its_name_to_others() {
        engine.start(definition, about("s1", "one", "cart:7"));

        assertThat(engine.start(definition, about("s2", "two", "cart:7").withName("order:1")))
                .isEqualTo(new StartAnswer.SubjectTaken("s1"));
        assertThat(engine.start(definition, about("s3", "three", "cart:8").withName("order:1")))
                .isEqualTo(new StartAnswer.Started("s3"));
    }

    @Test
    void fifty_starts_at_once_about_one_subject_start_one_saga() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var starts = IntStream.range(0, 50)
                    .mapToObj(i -> (Callable<StartAnswer>)
                            () -> engine.start(definition, about("s" + i, "key-" + i, "cart:7")))
                    .toList();
            var answers = callers.invokeAll(starts).stream()
                    .map(answer -> answer.resultNow())
                    .toList();

            assertThat(answers)
                    .filteredOn(StartAnswer.Started.class::isInstance)
                    .hasSize(1);
            assertThat(answers)
                    .filteredOn(StartAnswer.SubjectTaken.class::isInstance)
                    .hasSize(49);
        }
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_start_keys")).isEqualTo(1);
    }

    @Test
    void when_full_a_start_is_refused_before_anything_is_recorded() {
        engine.close();
        engine = engine(SagaSettings.DEFAULTS.withMaxInFlight(1));
        var mayPay = new CountDownLatch(1);
        trip.when("pay", (payload, call) -> {
            mayPay.await();
            return Outcome.Done.done();
        });
        engine.start(definition, request("s1"));

        assertThatThrownBy(() -> engine.start(definition, request("s2"))).isInstanceOf(OverloadedException.class);
        assertThat(engine.startedBy("test", "key-s2")).isEmpty();

        mayPay.countDown();
        engine.await("s1", SOON);
        assertThat(engine.start(definition, request("s2"))).isEqualTo(new StartAnswer.Started("s2"));
    }

    @Test
    void a_payload_that_is_no_json_is_rejected_and_leaves_nothing() {
        var broken = SagaDefinition.named("broken").version(1).carrying(new PayloadCodec<String>() {
            @Override
            public String toJson(String payload) {
                return "{" + payload;
            }

            @Override
            public String fromJson(String json) {
                return json;
            }
        });
        var flow = broken.pivot(
                        "pay",
                        step -> step.owner("team", "service")
                                .customerSees("PAYING")
                                .succeedsWhen("paid")
                                .failsWhen("declined")
                                .does((payload, call) -> Outcome.Done.done()))
                .build();
        engine.close();
        engine = SagaEngine.builder(postgres.dataSource()).register(flow).start();

        assertThatThrownBy(() -> engine.start(flow, request("s1"))).isInstanceOf(RejectedRequestException.class);
        assertThat(engine.startedBy("test", "key-s1")).isEmpty();
        assertThat(engine.holderOf("seat:s1")).isEmpty();
        assertThat(engine.quiet()).isTrue();
    }

    @Test
    void a_saga_id_of_another_saga_is_rejected_and_the_other_keeps_its_subject() {
        engine.start(definition, request("s1"));

        var same = new StartRequest<>("s1", "to Oslo", "test", "other-key", "hash", "seat:s1", null, null);
        assertThatThrownBy(() -> engine.start(definition, same)).isInstanceOf(RejectedRequestException.class);
        assertThat(engine.startedBy("test", "other-key")).isEmpty();
        assertThat(engine.holderOf("seat:s1")).contains("s1");
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void a_definition_the_engine_does_not_know_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.start(new Trip().definition(), request("s1")))
                .withMessage("trip v1 is not registered with this engine");
    }

    private SagaEngine engine(SagaSettings settings) {
        return SagaEngine.builder(postgres.dataSource())
                .register(definition)
                .settings(settings)
                .start();
    }

    private static StartRequest<String> about(String sagaId, String key, String subject) {
        return new StartRequest<>(sagaId, "to Rome", "test", key, "hash", subject, null, null);
    }
}
