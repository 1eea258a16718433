package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SagaEngineTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = trip.definition();
    private final SagaEngine engine =
            SagaEngine.builder(postgres.dataSource()).register(definition).start();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void every_step_is_called_once_in_order_and_the_saga_completes() {
        var answer = engine.start(definition, request("s1"));

        assertThat(answer).isEqualTo(new StartAnswer.Started("s1"));
        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(view.stage()).isEqualTo("COMPLETED");
        assertThat(trip.keys()).containsExactly("s1:seat", "s1:hotel", "s1:pay", "s1:ticket");
        assertThat(view.log().stream().map(LogEntry::event))
                .containsExactly(
                        SagaEvent.DONE,
                        SagaEvent.DONE,
                        SagaEvent.PIVOT_BEGUN,
                        SagaEvent.DONE,
                        SagaEvent.DONE,
                        SagaEvent.SAGA_COMPLETED);
        assertThat(engine.find("s1").orElseThrow())
                .usingRecursiveComparison()
                .ignoringFields("payload")
                .isEqualTo(view);
        assertThat(trip.endings()).containsExactly(new Ending.Completed());
    }

    @Test
    void a_refusal_undoes_the_finished_steps_in_reverse_and_the_saga_fails() {
        trip.answers("pay", new Outcome.Refused("card-declined", "not enough money"));

        engine.start(definition, request("s1"));

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(view.failure()).isEqualTo(new SagaView.Failure("pay", "card-declined", "not enough money"));
        assertThat(trip.called()).containsExactly("seat", "hotel", "pay", "hotel:undo", "seat:undo");
        assertThat(view.tasks()).allMatch(task -> task.status() == CompensatingTask.Status.COMPLETED);
        assertThat(engine.find("s1").orElseThrow())
                .usingRecursiveComparison()
                .ignoringFields("payload")
                .isEqualTo(view);
    }

    @Test
    void sagas_are_listed_newest_first_in_pages_and_by_what_they_are() {
        trip.when(
                "pay",
                (payload, call) ->
                        call.sagaId().equals("s2") ? new Outcome.Refused("declined", "no") : Outcome.Done.done());
        for (var id : List.of("s1", "s2", "s3")) {
            engine.start(definition, request(id));
            engine.await(id, SOON);
        }

        assertThat(ids(SagaQuery.newest(2))).containsExactly("s3", "s2");
        assertThat(ids(SagaQuery.newest(2).withAfter("s2"))).containsExactly("s1");
        assertThat(ids(SagaQuery.newest(9).withStatus(SagaStatus.FAILED))).containsExactly("s2");
        assertThat(ids(SagaQuery.newest(9).withStep("ticket"))).containsExactly("s3", "s1");
        assertThat(ids(SagaQuery.newest(9).withSubject("seat:s1"))).containsExactly("s1");
        assertThat(ids(SagaQuery.newest(9).withDefinition("other"))).isEmpty();
        assertThat(ids(SagaQuery.newest(9).withCreatedBefore(Instant.EPOCH))).isEmpty();
    }

    @Test
    void who_waits_for_a_saga_that_is_not_there_is_told_at_once() {
        assertThat(engine.await("s0", SOON)).isEmpty();
    }

    @Test
    void who_waits_in_vain_is_told_how_it_stands() {
        var mayPay = new CountDownLatch(1);
        trip.when("pay", (payload, call) -> {
            mayPay.await();
            return Outcome.Done.done();
        });
        engine.start(definition, request("s1"));

        await().atMost(SOON).until(() -> trip.called().contains("pay"));
        var view = engine.await("s1", Duration.ofMillis(10)).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.STARTED);
        assertThat(view.currentStep()).isEqualTo("pay");
        assertThat(view.stage()).isEqualTo("PAYING");
        mayPay.countDown();
    }

    private List<String> ids(SagaQuery query) {
        return engine.list(query).stream().map(SagaSummary::sagaId).toList();
    }

    static StartRequest<String> request(String sagaId) {
        return request(sagaId, "to Rome");
    }

    static StartRequest<String> request(String sagaId, String payload) {
        return new StartRequest<>(
                sagaId,
                payload,
                "test",
                "key-" + sagaId,
                "hash",
                "seat:" + sagaId,
                null,
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    }
}
