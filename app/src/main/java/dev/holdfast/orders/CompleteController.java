package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.Accepted;
import dev.holdfast.orders.OrdersApi.Refused;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// `/api/orders`, for callers of the older contract.
@RestController
class CompleteController {

    private static final String COMPLETED = "completed";

    private final OrdersApi orders;

    CompleteController(OrdersApi orders) {
        this.orders = orders;
    }

    /// The order's own state makes a repeated call harmless; a key that comes with it is only checked for its form.
    @PostMapping("/api/orders/complete")
    Completion complete(
            @RequestBody Completion request, @RequestHeader(name = "Idempotency-Key", required = false) String key) {
        var id = request.orderId();
        Text.required("#/order_id", id, 64);
        if (!COMPLETED.equals(request.status())) {
            throw ProblemException.invalid("#/status", "must be \"completed\"");
        }
        IdempotencyKey.of(key, "complete-" + id);
        return switch (orders.confirm(id)) {
            case Accepted(String orderId, String status)
            when status.equals(OrderState.CONFIRMED.code()) -> new Completion(orderId, COMPLETED);
            case Accepted(String _, String status) ->
                throw conflict("order '" + id + "' is " + status + " and can no longer be completed");
            case Refused(String code, String _)
            when code.equals("not-found") -> throw ProblemException.notFound("order", id);
            case Refused(String _, String message) -> throw conflict(message);
        };
    }

    private static ProblemException conflict(String detail) {
        return new ProblemException(409, "invalid-transition", "Not possible in this state", detail);
    }

    record Completion(String orderId, String status) {}
}
