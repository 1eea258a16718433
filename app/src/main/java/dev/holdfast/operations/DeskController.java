package dev.holdfast.operations;

import dev.holdfast.saga.CompensatingTask;
import dev.holdfast.saga.SagaDesk;
import dev.holdfast.saga.SagaDesk.DeadLetter;
import dev.holdfast.saga.SagaDesk.Deed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// What lies on an operator's desk, over all sagas.
@RestController
class DeskController {

    private final SagaDesk desk;

    DeskController(SagaDesk desk) {
        this.desk = desk;
    }

    record DeadLetters(List<DeadLetter> deadLetters, String next) {}

    record Tasks(List<OpenTask> tasks, String next) {}

    record AuditTrail(List<Deed> deeds, String next) {}

    /// @param since when its saga turned back
    record OpenTask(
            String sagaId,
            String definition,
            String taskId,
            int seq,
            String step,
            String targetService,
            CompensatingTask.Status status,
            int retryCount,
            Instant nextRetryAt,
            Instant since) {

        static OpenTask of(SagaDesk.OpenTask open) {
            var task = open.task();
            return new OpenTask(
                    open.sagaId(),
                    open.definition(),
                    task.taskId(),
                    task.seq(),
                    task.step(),
                    task.targetService(),
                    task.status(),
                    task.retryCount(),
                    task.nextRetryAt(),
                    open.since());
        }
    }

    /// Those that failed first come first; with `resolved=true` those that are settled.
    @GetMapping("/v1/ops/dead-letters")
    DeadLetters deadLetters(@RequestParam MultiValueMap<String, String> given) {
        var parameters = Parameters.of(given, "resolved");
        var resolved = Boolean.TRUE.equals(parameters.flag("resolved"));
        var after = parameters.after(DeskController::letterAt);
        var page = parameters.page(
                limit -> desk.deadLetters(resolved, after, limit),
                letter -> Places.written(letter.failedAt(), letter.sagaId(), letter.step()));
        return new DeadLetters(page.shown(), page.next());
    }

    /// What is still to be undone, oldest sagas first.
    @GetMapping("/v1/ops/tasks")
    Tasks tasks(@RequestParam MultiValueMap<String, String> given) {
        var parameters = Parameters.of(given);
        var after = parameters.after(TaskPlace::read);
        var page = parameters.page(
                limit -> after == null
                        ? desk.openTasks(null, 0, limit)
                        : desk.openTasks(after.sagaId(), after.seq(), limit),
                open -> Places.written(open.sagaId(), open.task().seq()));
        return new Tasks(page.shown().stream().map(OpenTask::of).toList(), page.next());
    }

    /// The latest deed first.
    @GetMapping("/v1/ops/audit-trail")
    AuditTrail auditTrail(@RequestParam MultiValueMap<String, String> given) {
        var parameters = Parameters.of(given, "who", "saga_id");
        var after = parameters.after(Long::valueOf);
        var page = parameters.page(
                limit -> desk.audit(parameters.text("who"), parameters.text("saga_id"), after, limit),
                deed -> String.valueOf(deed.id()));
        return new AuditTrail(page.shown(), page.next());
    }

    private record TaskPlace(String sagaId, int seq) {

        static TaskPlace read(String word) {
            var parts = Places.read(word, 2);
            return new TaskPlace(parts[0], Integer.parseInt(parts[1]));
        }
    }

    /// Of the last letter of a page only its place is needed.
    private static DeadLetter letterAt(String word) {
        var parts = Places.read(word, 3);
        return new DeadLetter(parts[1], parts[2], Map.of(), "", Places.moment(parts[0]), null);
    }
}
