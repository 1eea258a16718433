package dev.holdfast.operations;

import dev.holdfast.platform.ProblemException;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaQuery;
import dev.holdfast.saga.SagaStatus;
import dev.holdfast.saga.SagaSummary;
import java.time.Clock;
import java.util.List;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `GET /v1/ops/sagas`: which sagas there are, and one of them whole.
@RestController
class SagasController {

    private static final String[] FILTERS = {
        "status", "definition", "step", "needs_attention", "subject", "order_id", "older_than"
    };

    private final SagaEngine engine;
    private final SagaFiles files;
    private final Clock clock;

    SagasController(SagaEngine engine, SagaFiles files, Clock clock) {
        this.engine = engine;
        this.files = files;
        this.clock = clock;
    }

    /// Newest first.
    ///
    /// @param next pass it as `after` for the next page; absent on the last
    record SagaPage(List<SagaSummary> sagas, String next) {}

    @GetMapping("/v1/ops/sagas")
    SagaPage list(@RequestParam MultiValueMap<String, String> given) {
        var parameters = Parameters.of(given, FILTERS);
        if (parameters.text("order_id") != null) {
            return new SagaPage(ofOrder(parameters, given), null);
        }
        var query = query(parameters);
        var page = parameters.page(limit -> engine.list(query.withLimit(limit)), SagaSummary::sagaId);
        return new SagaPage(page.shown(), page.next());
    }

    @GetMapping("/v1/ops/sagas/{sagaId}")
    SagaFile whole(@PathVariable String sagaId) {
        return files.find(sagaId).orElseThrow(() -> ProblemException.notFound("saga", sagaId));
    }

    private SagaQuery query(Parameters parameters) {
        var olderThan = parameters.age("older_than");
        return new SagaQuery(
                parameters.oneOf("status", SagaStatus.class),
                parameters.text("definition"),
                parameters.text("step"),
                parameters.flag("needs_attention"),
                parameters.text("subject"),
                olderThan == null ? null : clock.instant().minus(olderThan),
                parameters.text("after"),
                parameters.limit());
    }

    /// An order's id is given once, so it has one checkout at most; beside it the other filters have no meaning.
    private List<SagaSummary> ofOrder(Parameters parameters, MultiValueMap<String, String> given) {
        if (given.size() > 1) {
            throw ProblemException.invalid("?order_id", "stands alone: an order has one checkout");
        }
        return engine.named("order:" + parameters.text("order_id")).flatMap(engine::find).stream()
                .map(saga -> new SagaSummary(
                        saga.sagaId(),
                        saga.definition(),
                        saga.version(),
                        saga.status(),
                        saga.currentStep(),
                        saga.needsAttention(),
                        saga.subject(),
                        saga.createdAt(),
                        saga.updatedAt()))
                .toList();
    }
}
