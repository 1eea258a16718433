package dev.holdfast.platform.events;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.holdfast.platform.Query;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// For operators: what has not been delivered yet, and why.
@RestController
class OutboxController {

    private static final int STUCK_SHOWN = 100;

    private final Outboxes outboxes;

    OutboxController(Outboxes outboxes) {
        this.outboxes = outboxes;
    }

    /// @param stuckEvents the oldest 100
    record View(String source, long pending, long stuck, double oldestSeconds, List<StuckView> stuckEvents) {}

    /// @param event as a CloudEvent
    record StuckView(@JsonRawValue String event, int attempts, String lastError, Instant writtenAt) {}

    @GetMapping("/v1/ops/outbox")
    Map<String, List<View>> outboxes(@RequestParam MultiValueMap<String, String> given) throws SQLException {
        Query.of(given, List.of());
        var views = new ArrayList<View>();
        for (var outbox : outboxes.opened()) {
            var books = OutboxBooks.of(outbox.database());
            var backlog = books.backlog();
            var stuck = books.stuck(STUCK_SHOWN).stream()
                    .map(event -> new StuckView(
                            CloudEventJson.write(event.event()),
                            event.attempts(),
                            event.lastError(),
                            event.writtenAt()))
                    .toList();
            views.add(new View(
                    outbox.source(),
                    backlog.pending(),
                    backlog.stuck(),
                    backlog.oldest().toMillis() / 1e3,
                    stuck));
        }
        return Map.of("outboxes", views);
    }
}
