package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A step that asks for another request when it is refused.
class AskingTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Outcome.Refused DECLINED = new Outcome.Refused("declined", "no money");

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile StepAction<String> pay = (payload, call) -> Outcome.Done.done();
    private SagaEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void a_refusal_that_asks_waits_for_the_signal_and_is_made_again_under_the_next_key() {
        pay = (payload, call) -> call.generation() == 0 ? DECLINED : Outcome.Done.done();
        start(Duration.ofHours(1));
        awaitWaiting();

        assertThat(engine.signal("s1", "card", "k1", "visa")).isEqualTo(new SignalAnswer.Recorded(false));

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(calls).containsExactly("s1:pay {}", "s1:pay:1 {card=visa}");
    }

    @Test
    void only_the_refusals_it_names_ask() {
        pay = (payload, call) -> new Outcome.Refused("seat-gone", "too late");
        start(Duration.ofHours(1));

        assertThat(engine.await("s1", SOON).orElseThrow().failure().code()).isEqualTo("seat-gone");
    }

    @Test
    void it_asks_so_many_times_and_then_the_refusal_counts() {
        pay = (payload, call) -> DECLINED;
        start(Duration.ofHours(1));
        for (int i = 1; i <= 3; i++) {
            engine.signal("s1", "card", "k" + i, "card " + i);
        }

        assertThat(engine.await("s1", SOON).orElseThrow().failure().code()).isEqualTo("declined");
        assertThat(calls).containsExactly("s1:pay {}", "s1:pay:1 {card=card 1}", "s1:pay:2 {card=card 2}");
    }

    @Test
    void without_a_signal_in_time_the_refusal_counts() {
        pay = (payload, call) -> DECLINED;
        start(Duration.ofMillis(50));

        assertThat(engine.await("s1", SOON).orElseThrow().failure().code()).isEqualTo("declined");
    }

    /// Repeated with the other card, the same key would be refused as another request, and the first attempt's
    /// money be forgotten.
    @Test
    void a_signal_that_comes_while_a_request_is_in_doubt_belongs_to_the_next_request() throws Exception {
        var begun = new CountDownLatch(1);
        var other = new CountDownLatch(1);
        pay = (payload, call) -> {
            if (call.generation() == 1 && call.attempt() == 0) {
                begun.countDown();
                other.await();
                return new Outcome.Unclear("no answer");
            }
            return call.generation() < 2 ? DECLINED : Outcome.Done.done();
        };
        start(Duration.ofHours(1));
        awaitWaiting();
        engine.signal("s1", "card", "k1", "visa");
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        engine.signal("s1", "card", "k2", "amex");
        await().atMost(SOON)
                .until(() ->
                        postgres.number("SELECT count(*) FROM saga.saga_signals WHERE taken_seq IS NOT NULL") == 2);
        other.countDown();

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(calls)
                .containsExactly("s1:pay {}", "s1:pay:1 {card=visa}", "s1:pay:1 {card=visa}", "s1:pay:2 {card=amex}");
    }

    @Test
    void a_request_in_doubt_is_undone_by_the_key_of_all_of_them() {
        pay = (payload, call) -> call.generation() == 0 ? DECLINED : new Outcome.Unclear("no answer");
        start(Duration.ofHours(1));
        engine.signal("s1", "card", "k1", "visa");

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(calls).endsWith("undo of s1:pay generation 1");
    }

    @Test
    void nonsense_is_refused_when_the_definition_is_built() {
        start(Duration.ofHours(1));
        assertThatThrownBy(() -> definition("none", Duration.ofHours(1), 0))
                .hasMessageContaining("asks for another request 0 times, 1 to 100 is possible");
    }

    /// Nothing but the customer's word is waited for.
    private void awaitWaiting() {
        await().atMost(SOON).until(() -> {
            var saga = engine.find("s1").orElseThrow();
            var next = SagaOutlook.of(definition("asking", Duration.ofHours(1), 2), saga)
                    .next();
            return !next.isEmpty() && "card".equals(next.getFirst().signal());
        });
    }

    private void start(Duration wait) {
        var definition = definition("asking", wait, 2);
        engine = SagaEngine.builder(postgres.dataSource()).register(definition).start();
        engine.start(definition, request("s1"));
    }

    private SagaDefinition<String> definition(String name, Duration wait, int times) {
        return SagaDefinition.named(name)
                .version(1)
                .carrying(Trip.TEXT)
                .step(
                        "pay",
                        step -> says(step)
                                .asksFor("card", wait, times, "declined")
                                .does((payload, call) -> {
                                    calls.add(call.key() + " " + call.signals());
                                    return pay.run(payload, call);
                                })
                                .undoneBy((payload, call) -> {
                                    calls.add("undo of " + call.doKey() + " generation " + call.generation());
                                    return Outcome.Done.done();
                                })
                                .compensatedAt("PAYMENT_SERVICE"))
                .pivot("ship", step -> says(step).does((payload, call) -> Outcome.Done.done()))
                .build();
    }

    private static StepSpec<String> says(StepSpec<String> step) {
        return step.owner("team", "service")
                .customerSees("SEEN")
                .succeedsWhen("yes")
                .failsWhen("no")
                .backoff(Trip.SOON);
    }
}
