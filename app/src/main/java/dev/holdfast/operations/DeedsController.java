package dev.holdfast.operations;

import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import dev.holdfast.saga.OperatorAnswer;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaOperator;
import java.util.Map;
import java.util.function.Function;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// What operators do to sagas: 200 when it is done, 202 when it is recorded and the saga takes it later, 409 when
/// there is nothing to do it to. Every deed is kept with who did it and why.
@RestController
class DeedsController {

    private static final int LONGEST_STEP = 50;

    private final SagaEngine engine;

    DeedsController(SagaEngine engine) {
        this.engine = engine;
    }

    record Nothing() {}

    record Resolution(String step, String reason, String evidence) {}

    record Reason(String reason) {}

    @PostMapping("/v1/ops/sagas/{sagaId}/retry")
    ResponseEntity<Object> retry(
            @PathVariable String sagaId,
            @RequestHeader(name = Operator.HEADER, required = false) String who,
            @RequestHeader(name = "Idempotency-Key", required = false) String key,
            @RequestBody(required = false) Nothing body) {
        var operator = Operator.of(who, key);
        return done(sagaId, operator, desk -> desk.retryNow(sagaId, operator.who()));
    }

    @PostMapping("/v1/ops/sagas/{sagaId}/resolve")
    ResponseEntity<Object> resolve(
            @PathVariable String sagaId,
            @RequestHeader(name = Operator.HEADER, required = false) String who,
            @RequestHeader(name = "Idempotency-Key", required = false) String key,
            @RequestBody Resolution body) {
        var operator = Operator.of(who, key);
        var step = Text.required("#/step", body.step(), LONGEST_STEP);
        var reason = Operator.said("reason", body.reason());
        var evidence = Operator.said("evidence", body.evidence());
        return done(sagaId, operator, desk -> desk.resolve(sagaId, step, operator.who(), reason, evidence));
    }

    @PostMapping("/v1/ops/sagas/{sagaId}/turn-back")
    ResponseEntity<Object> turnBack(
            @PathVariable String sagaId,
            @RequestHeader(name = Operator.HEADER, required = false) String who,
            @RequestHeader(name = "Idempotency-Key", required = false) String key,
            @RequestBody Reason body) {
        var operator = Operator.of(who, key);
        var reason = Operator.said("reason", body.reason());
        return done(sagaId, operator, desk -> desk.turnBack(sagaId, operator.who(), reason));
    }

    private ResponseEntity<Object> done(String sagaId, Operator operator, Function<SagaOperator, OperatorAnswer> deed) {
        if (engine.find(sagaId).isEmpty()) {
            throw ProblemException.notFound("saga", sagaId);
        }
        var answer = deed.apply(operator.at(engine.operator()));
        return operator.answer(answer, Map.of("status", "done", "saga_id", sagaId));
    }
}
