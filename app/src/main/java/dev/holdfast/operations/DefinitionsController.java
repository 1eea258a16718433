package dev.holdfast.operations;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.flows.Flows;
import dev.holdfast.operations.DeedsController.Reason;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Query;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaDesk;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaOperator;
import java.util.List;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/ops/definitions`: what each flow promises, and whether it is paused.
@RestController
class DefinitionsController {

    private final SagaEngine engine;
    private final SagaDesk desk;
    private final Flows flows;

    DefinitionsController(SagaEngine engine, SagaDesk desk, Flows flows) {
        this.engine = engine;
        this.desk = desk;
        this.flows = flows;
    }

    @GetMapping("/v1/ops/definitions")
    Map<String, List<DefinitionView>> definitions(@RequestParam MultiValueMap<String, String> given) {
        Query.of(given, List.of());
        var pauses = desk.pauses();
        var views = flows.all().stream()
                .map(definition -> DefinitionView.of(
                        definition,
                        flows.named(definition.name()).orElseThrow() == definition,
                        pauses.stream()
                                .filter(pause -> pause.definition().equals(definition.name()))
                                .findFirst()
                                .orElse(null)))
                .toList();
        return Map.of("definitions", views);
    }

    @PostMapping("/v1/ops/definitions/{name}/pause")
    ResponseEntity<Object> pause(
            @PathVariable String name,
            @RequestHeader(name = Operator.HEADER, required = false) String who,
            @RequestHeader(name = "Idempotency-Key", required = false) String key,
            @RequestBody Reason body) {
        var operator = Operator.of(who, key);
        var reason = Operator.said("reason", body.reason());
        var answer = desk(name, operator).pause(name, operator.who(), reason);
        return operator.answer(answer, Map.of("status", "done", "definition", name, "paused", true));
    }

    @PostMapping("/v1/ops/definitions/{name}/resume")
    ResponseEntity<Object> resume(
            @PathVariable String name,
            @RequestHeader(name = Operator.HEADER, required = false) String who,
            @RequestHeader(name = "Idempotency-Key", required = false) String key,
            @RequestBody Reason body) {
        var operator = Operator.of(who, key);
        var reason = Operator.said("reason", body.reason());
        var answer = desk(name, operator).resume(name, operator.who(), reason);
        return operator.answer(answer, Map.of("status", "done", "definition", name, "paused", false));
    }

    private SagaOperator desk(String name, Operator operator) {
        if (flows.all().stream().map(SagaDefinition<CheckoutOrder>::name).noneMatch(name::equals)) {
            throw ProblemException.notFound("definition", name);
        }
        return operator.at(engine.operator());
    }
}
