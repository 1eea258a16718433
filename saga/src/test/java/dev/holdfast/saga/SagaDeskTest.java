package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SagaDeskTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Backoff LONG = new Backoff(Duration.ofHours(1), Duration.ofHours(1));

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final SagaDesk desk = new SagaDesk(postgres.dataSource());
    private final Trip trip = new Trip().answers("pay", new Outcome.Refused("card-declined", "no money"));
    private SagaDefinition<String> definition;
    private SagaEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void dead_letters_come_in_pages_until_they_are_resolved() {
        trip.answers("hotel:undo", new Outcome.Failed("down"));
        open();
        for (var id : List.of("s1", "s2", "s3")) {
            engine.start(definition, request(id));
            await().atMost(SOON).until(() -> !desk.deadLettersOf(id).isEmpty());
        }

        var seen = new ArrayList<String>();
        for (var page = desk.deadLetters(false, null, 2);
                !page.isEmpty();
                page = desk.deadLetters(false, page.getLast(), 2)) {
            page.forEach(letter -> seen.add(letter.sagaId() + " " + letter.step() + ": " + letter.error()));
        }
        assertThat(seen).containsExactly("s1 hotel: down", "s2 hotel: down", "s3 hotel: down");
        assertThat(desk.deadLetters(true, null, 10)).isEmpty();

        engine.operator().resolve("s2", "hotel", "olga", "called them", "mail 4711");
        assertThat(desk.deadLetters(false, null, 10))
                .extracting(SagaDesk.DeadLetter::sagaId)
                .containsExactly("s1", "s3");
        assertThat(desk.deadLetters(true, null, 10)).singleElement().satisfies(letter -> {
            assertThat(letter.context()).containsEntry("key", "s2:hotel:undo");
            assertThat(letter.resolution().by()).isEqualTo("olga");
            assertThat(letter.resolution().evidence()).isEqualTo("mail 4711");
        });
    }

    @Test
    void open_tasks_come_by_the_age_of_their_sagas_and_go_when_they_are_done() {
        trip.pausing(LONG).answers("hotel:undo", new Outcome.Failed("down"));
        open();
        for (var id : List.of("s1", "s2")) {
            engine.start(definition, request(id));
            await().atMost(SOON)
                    .until(() ->
                            engine.find(id).orElseThrow().tasks().stream().anyMatch(task -> task.retryCount() == 1));
        }

        assertThat(desk.openTasks(null, 0, 10).stream().map(SagaDeskTest::brief))
                .containsExactly("s1 1 hotel SENT", "s1 2 seat PENDING", "s2 1 hotel SENT", "s2 2 seat PENDING");
        assertThat(desk.openTasks("s1", 2, 1).stream().map(SagaDeskTest::brief)).containsExactly("s2 1 hotel SENT");
        assertThat(desk.openTasks(null, 0, 1).getFirst().since())
                .isEqualTo(row("s1", SagaEvent.TURNED_BACK).endedAt());
        assertThat(SagaOutlook.of(definition, engine.find("s1").orElseThrow()).next())
                .containsExactly(new SagaOutlook.Due(
                        SagaOutlook.Act.UNDO,
                        "hotel",
                        1,
                        null,
                        StepStanding.retryAt(row("s1", SagaEvent.UNDO_FAILED))));

        trip.answers("hotel:undo", Outcome.Done.done());
        engine.operator().retryNow("s1", "olga");
        engine.await("s1", SOON);
        assertThat(desk.openTasks(null, 0, 10).stream().map(SagaDeskTest::brief))
                .containsExactly("s2 1 hotel SENT", "s2 2 seat PENDING");
    }

    @Test
    void signals_deeds_and_pauses_are_kept_with_who_and_why() {
        trip.pausing(LONG).answers("seat", new Outcome.Failed("down"));
        open();
        engine.start(definition, request("s1"));
        await().atMost(SOON).until(() -> !engine.find("s1").orElseThrow().log().isEmpty());
        engine.operator().pause("trip", "olga", "the provider asked us to");
        engine.signal("s1", "hello", "k1", "world");
        engine.operator().turnBack("s1", "paul", "the customer called");
        engine.await("s1", SOON);

        assertThat(desk.signals("s1", null, 10))
                .extracting(
                        signal -> signal.name() + " " + signal.payload() + " " + signal.by() + " " + signal.outcome())
                .containsExactly("hello world null accepted", "$cancel the customer called paul accepted");
        assertThat(desk.signals("s1", desk.signals("s1", null, 1).getFirst().id(), 10))
                .hasSize(1);
        assertThat(desk.signal("s1", "k1")).isPresent();
        assertThat(desk.signal("s1", "k2")).isEmpty();
        assertThat(desk.audit(null, null, null, 10))
                .extracting(deed -> deed.who() + " " + deed.what() + " " + deed.sagaId() + ": " + deed.why())
                .containsExactly(
                        "paul turn-back s1: the customer called", "olga pause trip null: the provider asked us to");
        assertThat(desk.audit("olga", null, null, 10)).hasSize(1);
        assertThat(desk.audit(null, "s1", null, 10)).hasSize(1);
        assertThat(desk.audit(
                        null, null, desk.audit(null, null, null, 1).getFirst().id(), 10))
                .extracting(SagaDesk.Deed::who)
                .containsExactly("olga");
        assertThat(desk.pauses()).singleElement().satisfies(pause -> {
            assertThat(pause.definition()).isEqualTo("trip");
            assertThat(pause.who()).isEqualTo("olga");
        });
    }

    @Test
    void sagas_that_are_put_down_are_counted() {
        trip.pausing(LONG).answers("seat", new Outcome.Failed("down"));
        open();
        assertThat(desk.putDown()).isZero();

        engine.start(definition, request("s1"));
        await().atMost(SOON).until(() -> desk.putDown() == 1);
    }

    @Test
    void a_page_has_a_limit() {
        open();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> desk.deadLetters(false, null, 1_001))
                .withMessage("limit must be 1 to 1,000, not 1001");
    }

    private void open() {
        definition = trip.definition();
        engine = SagaEngine.builder(postgres.dataSource()).register(definition).start();
    }

    private LogEntry row(String sagaId, SagaEvent event) {
        return engine.find(sagaId).orElseThrow().log().stream()
                .filter(entry -> entry.event() == event)
                .findFirst()
                .orElseThrow();
    }

    private static String brief(SagaDesk.OpenTask open) {
        return open.sagaId() + " " + open.task().seq() + " " + open.task().step() + " "
                + open.task().status();
    }
}
