package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.RejectedRequestException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is wrong with one saga, or with what is told of it, is nobody else's trouble.
class DefectsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private SagaEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void a_payload_that_is_read_with_an_error_is_parked_and_those_put_down_beside_it_are_picked_up() {
        waitsAtHotel();
        var flow = SagaDefinition.named("trip")
                .version(1)
                .carrying(failingOn("bad"))
                .step(
                        "seat",
                        step -> trip.says(step, "SEAT").undoneBy(trip::call).compensatedAt("SEAT_SERVICE"))
                .pivot("hotel", step -> trip.says(step, "HOTEL"))
                .build();
        engine = SagaEngine.builder(postgres.dataSource())
                .register(flow)
                .settings(SagaSettings.DEFAULTS.withPutDownAfter(Duration.ofMillis(1)))
                .start();
        engine.start(flow, new StartRequest<>("s1", "bad", "test", "k1", "h", null, null, null));
        engine.start(flow, new StartRequest<>("s2", "good", "test", "k2", "h", null, null, null));
        await().atMost(SOON)
                .until(() -> postgres.number("SELECT count(*) FROM saga.saga_runs WHERE wake_at IS NOT NULL") == 2);

        engine.signal("s1", "confirmed", "c1", "");
        await().atMost(SOON)
                .until(() -> postgres.number("SELECT count(*) FROM saga.saga_runs WHERE parked = 'BROKEN'") == 1);
        engine.signal("s2", "confirmed", "c2", "");

        assertThat(engine.await("s2", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_runs WHERE parked = 'BROKEN' AND needs_attention"))
                .containsExactly("s1");
        assertThat(engine.operator().turnBack("s1", "olga", "it is broken"))
                .isEqualTo(
                        new OperatorAnswer.Pending("recorded; the saga is parked and takes it once it is tried again"));
    }

    @Test
    void a_listener_that_throws_an_error_changes_nothing() {
        var flow = trip.definition();
        engine = SagaEngine.builder(postgres.dataSource())
                .register(flow)
                .listener(new SagaListener() {
                    @Override
                    public void started(String sagaId, String definition) {
                        throw new NoClassDefFoundError("metrics");
                    }

                    @Override
                    public void stepEnded(String id, String name, String step, SagaEvent event, Duration lasted) {
                        throw new StackOverflowError();
                    }
                })
                .start();

        engine.start(flow, request("s1"));

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        await().atMost(SOON).until(() -> engine.quiet());
    }

    @Test
    void a_wait_that_is_over_from_the_beginning_is_repeated_after_a_pause() {
        var past = new Outcome.Waiting("confirmed", Instant.now().minus(Duration.ofHours(1)));
        trip.answers("ticket", past, past, Outcome.Done.done());
        start();

        assertThat(engine.await("s1", SOON).orElseThrow().log())
                .filteredOn(entry -> entry.event() == SagaEvent.WAITING)
                .hasSize(2)
                .allSatisfy(entry -> assertThat(Instant.parse(entry.detail().get("retry_at")))
                        .isAfter(entry.endedAt()));
    }

    @Test
    void what_came_while_a_wait_is_repeated_later_ends_the_pause() throws Exception {
        var asked = new CountDownLatch(1);
        trip.pausing(new Backoff(Duration.ofHours(1), Duration.ofHours(1))).when("ticket", (payload, call) -> {
            asked.countDown();
            return call.signals().containsKey("confirmed")
                    ? Outcome.Done.done()
                    : new Outcome.Waiting("confirmed", Instant.now().minus(Duration.ofHours(1)));
        });
        start();
        asked.await();

        engine.signal("s1", "confirmed", "k1", "");

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void an_order_that_comes_just_before_the_end_at_another_node_is_answered_and_shown_as_late() throws Exception {
        var issuing = new CountDownLatch(1);
        var mayIssue = new CountDownLatch(1);
        trip.when("ticket", (payload, call) -> {
            issuing.countDown();
            mayIssue.await();
            return Outcome.Done.done();
        });
        start();
        issuing.await();
        try (var other = SagaEngine.builder(postgres.dataSource())
                .register(trip.definition())
                .start()) {
            Thread.ofVirtual().start(() -> {
                await().until(() -> postgres.number("SELECT count(*) FROM saga.saga_signals") == 1);
                mayIssue.countDown();
            });
            assertThat(other.operator().turnBack("s1", "olga", "customer called"))
                    .isInstanceOf(OperatorAnswer.NotPossible.class);
        }
        engine.await("s1", SOON);
        postgres.execute("UPDATE saga.saga_signals SET taken_seq = NULL, outcome = NULL");
        assertThat(new SagaDesk(postgres.dataSource()).signals("s1", null, 10))
                .singleElement()
                .extracting(SagaDesk.ReceivedSignal::outcome)
                .isEqualTo("too late: the saga had ended");
    }

    @Test
    void a_payload_nested_too_deep_for_the_database_is_refused_alone() {
        var deep = "[".repeat(20_000) + "]".repeat(20_000);
        var flow = SagaDefinition.named("raw")
                .version(1)
                .carrying(raw())
                .pivot("pay", step -> trip.says(step, "PAYING"))
                .build();
        engine = SagaEngine.builder(postgres.dataSource()).register(flow).start();

        Assertions.assertThatExceptionOfType(RejectedRequestException.class)
                .isThrownBy(
                        () -> engine.start(flow, new StartRequest<>("s1", deep, "test", "k", "h", null, null, null)));
    }

    @Test
    void what_cannot_be_kept_or_told_apart_is_refused() {
        start();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.text().toJson("a\0b"))
                .withMessageContaining("character zero");
        assertThatIllegalArgumentException().isThrownBy(() -> request("s 1")).withMessageContaining("one word");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SagaSettings.DEFAULTS.withDrainGrace(Duration.ofDays(200_000)))
                .withMessageContaining("drainGrace");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SagaSettings.DEFAULTS.withStartKeysKept(Duration.ofDays(4_000_000)))
                .withMessageContaining("startKeysKept");
        for (var name : new String[] {"undo", "1"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SagaDefinition.named("x")
                            .version(1)
                            .carrying(Trip.TEXT)
                            .pivot(name, step -> trip.says(step, "X"))
                            .build())
                    .withMessageContaining("step '" + name + "' must not be named like this");
        }
    }

    @Test
    void a_codec_that_writes_nothing_is_told_so() {
        var flow = SagaDefinition.named("none")
                .version(1)
                .carrying(new PayloadCodec<String>() {
                    @Override
                    public String toJson(String payload) {
                        return null;
                    }

                    @Override
                    public String fromJson(String json) {
                        return json;
                    }
                })
                .pivot("pay", step -> trip.says(step, "PAYING"))
                .build();
        engine = SagaEngine.builder(postgres.dataSource()).register(flow).start();

        assertThatNullPointerException()
                .isThrownBy(() -> engine.start(flow, request("s1")))
                .withMessageContaining("the codec of");
    }

    private static PayloadCodec<String> failingOn(String bad) {
        return new PayloadCodec<>() {
            @Override
            public String toJson(String payload) {
                return Trip.TEXT.toJson(payload);
            }

            @Override
            public String fromJson(String json) {
                if (json.contains(bad)) {
                    throw new NoClassDefFoundError("a library of another release");
                }
                return Trip.TEXT.fromJson(json);
            }
        };
    }

    private static PayloadCodec<String> raw() {
        return new PayloadCodec<>() {
            @Override
            public String toJson(String payload) {
                return payload;
            }

            @Override
            public String fromJson(String json) {
                return json;
            }
        };
    }

    private void waitsAtHotel() {
        trip.when(
                "hotel",
                (payload, call) -> call.signals().containsKey("confirmed")
                        ? Outcome.Done.done()
                        : new Outcome.Waiting("confirmed", Instant.now().plus(Duration.ofHours(1))));
    }

    private void start() {
        var flow = trip.definition();
        engine = SagaEngine.builder(postgres.dataSource()).register(flow).start();
        engine.start(flow, request("s1"));
    }
}
