package dev.holdfast.checkout;

import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.ProblemException;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/checkout`.
@RestController
class CheckoutHttp {

    private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait=(\\d{1,9})(?:$|[,;\\s])");
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final Checkouts checkouts;
    private final CheckoutStatuses statuses;
    private final OtherPaymentMethods otherMethods;

    CheckoutHttp(Checkouts checkouts, CheckoutStatuses statuses, OtherPaymentMethods otherMethods) {
        this.checkouts = checkouts;
        this.statuses = statuses;
        this.otherMethods = otherMethods;
    }

    /// 202 once the checkout is durable; with `Prefer: wait=N` (RFC 7240, seconds, at most 60) 200 with its
    /// outcome, if that comes in time.
    @PostMapping("/v1/checkout")
    ResponseEntity<Object> start(
            @RequestBody CheckoutRequest request,
            @RequestHeader(name = "Idempotency-Key", required = false) String key,
            @RequestHeader(name = "Prefer", required = false) String prefer) {
        var accepted = checkouts.accept(request, IdempotencyKey.required(key));
        var wait = waitOf(prefer);
        if (wait.isPositive()) {
            var status = statuses.await(accepted.sagaId(), wait).filter(CheckoutStatus::ended);
            if (status.isPresent()) {
                return ResponseEntity.ok()
                        .location(locationOf(accepted))
                        .header("Preference-Applied", "wait=" + wait.toSeconds())
                        .body(status.get());
            }
        }
        return processing(accepted);
    }

    /// 202 once the payment method is recorded; the checkout goes on with it, and its status tells how that ended.
    @PostMapping("/v1/checkout/{sagaId}/payment-method")
    ResponseEntity<Object> otherMethod(
            @PathVariable String sagaId,
            @RequestBody PaymentMethodRequest request,
            @RequestHeader(name = "Idempotency-Key", required = false) String key) {
        return processing(otherMethods.offer(sagaId, request, IdempotencyKey.of(key, null)));
    }

    private static ResponseEntity<Object> processing(Checkouts.Accepted accepted) {
        return ResponseEntity.accepted()
                .location(locationOf(accepted))
                .body(new Processing(accepted.sagaId(), "processing", accepted.orderId()));
    }

    private static URI locationOf(Checkouts.Accepted accepted) {
        return URI.create("/v1/checkout/" + accepted.sagaId());
    }

    @GetMapping("/v1/checkout/{sagaId}")
    CheckoutStatus status(
            @PathVariable String sagaId, @RequestHeader(name = "Prefer", required = false) String prefer) {
        var wait = waitOf(prefer);
        return (wait.isPositive() ? statuses.await(sagaId, wait) : statuses.find(sagaId))
                .orElseThrow(() -> ProblemException.notFound("checkout", sagaId));
    }

    private static Duration waitOf(String prefer) {
        if (prefer == null) {
            return Duration.ZERO;
        }
        var wait = WAIT.matcher(prefer);
        if (!wait.find()) {
            return Duration.ZERO;
        }
        var asked = Duration.ofSeconds(Long.parseLong(wait.group(1)));
        return asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked;
    }

    private record Processing(String sagaId, String status, String orderId) {}
}
