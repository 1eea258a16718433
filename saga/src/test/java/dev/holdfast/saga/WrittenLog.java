package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEvent.DONE;
import static dev.holdfast.saga.SagaEvent.PIVOT_BEGUN;
import static dev.holdfast.saga.SagaEvent.REFUSED;
import static dev.holdfast.saga.SagaEvent.TURNED_BACK;
import static dev.holdfast.saga.SagaEvent.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A log that a test writes row by row, and what follows from it.
final class WrittenLog {

    static final Instant LATER = Instant.parse("2030-01-01T00:00:05Z");

    static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final SagaDefinition<String> definition;
    private final List<LogEntry> log = new ArrayList<>();

    WrittenLog(SagaDefinition<String> definition) {
        this.definition = definition;
    }

    void assertNext(Next... expected) {
        assertThat(Progress.next(definition, log)).containsExactlyInAnyOrder(expected);
    }

    Standing standing() {
        return Standing.of(log);
    }

    boolean attention() {
        return Progress.needsAttention(definition, log);
    }

    void reachPivot() {
        after("seat", DONE);
        after("hotel", DONE);
    }

    void beginPivot() {
        reachPivot();
        after("pay", PIVOT_BEGUN);
    }

    void passPivot() {
        beginPivot();
        after("pay", DONE);
    }

    void turned(String undo) {
        failedWith("hotel", TURNED_BACK, Map.of("code", "sold-out", "message", "no room", "undo", undo));
    }

    void after(String step, SagaEvent event) {
        failedWith(step, event, Map.of());
    }

    void refused(String step) {
        failedWith(step, REFUSED, Map.of("code", "sold-out", "message", "no room"));
    }

    void waiting(String step) {
        failedWith(
                step,
                WAITING,
                Map.of("signal", "seat-confirmed", "deadline", LATER.toString(), "cause", "no signal in time"));
    }

    void failed(String step, SagaEvent event) {
        failedWith(step, event, Map.of("cause", "no route", "retry_at", LATER.toString()));
    }

    void failed(String step, SagaEvent event, int times) {
        for (int i = 0; i < times; i++) {
            failed(step, event);
        }
    }

    void failedWith(String step, SagaEvent event, Map<String, String> detail) {
        log.add(new LogEntry(log.size() + 1, step, event, 0, 0, detail, NOW, NOW));
    }

    static Next.Run run(String step, int attempt) {
        return new Next.Run(step, attempt, 0);
    }

    static Next.TurnBack turnBack(String step, String code, String message, String... undo) {
        return new Next.TurnBack(new Ending.FailedBecause(step, code, message), List.of(undo));
    }
}
