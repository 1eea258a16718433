package dev.holdfast.reconciliation;

import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Query;
import dev.holdfast.reconciliation.Audit.Report;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `GET /v1/ops/audit`.
@RestController
class AuditHttp {

    private static final int LONGEST_WAIT_SECONDS = 600;

    private final Audit audit;

    AuditHttp(Audit audit) {
        this.audit = audit;
    }

    /// @param wait seconds the shop may take to become quiet, 0 to 600
    @GetMapping("/v1/ops/audit")
    Report audit(@RequestParam(defaultValue = "5") int wait, @RequestParam MultiValueMap<String, String> given)
            throws SQLException, InterruptedException {
        Query.of(given, List.of("wait"));
        if (wait < 0 || wait > LONGEST_WAIT_SECONDS) {
            throw ProblemException.invalid("?wait", "must be 0 to " + LONGEST_WAIT_SECONDS + ", not " + wait);
        }
        return audit.run(Duration.ofSeconds(wait));
    }
}
