package dev.holdfast.payment;

import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.CaptureRequest;
import dev.holdfast.payment.PaymentApi.Captured;
import dev.holdfast.payment.PaymentApi.Declined;
import dev.holdfast.payment.PaymentApi.PaymentView;
import dev.holdfast.payment.PaymentApi.RefundRequest;
import dev.holdfast.payment.PaymentApi.Refunded;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentApi.Undone;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/payments`: money in minor units, an idempotency key with every write.
@RestController
@RequestMapping("/v1/payments")
class PaymentController {

    private static final String KEY = "Idempotency-Key";

    private final PaymentApi payments;

    PaymentController(PaymentApi payments) {
        this.payments = payments;
    }

    record AuthorizeBody(String orderId, Money amount, List<String> paymentMethodIds) {}

    record CaptureBody(Money amount) {}

    record VoidBody() {}

    record RefundBody(Money amount, String reason) {}

    record CaptureAnswer(String paymentId, String status, Money captured, String providerId) {}

    @PostMapping("/authorize")
    Authorized authorize(@RequestHeader(name = KEY, required = false) String key, @RequestBody AuthorizeBody body) {
        var request = new AuthorizeRequest(
                PaymentRequests.orderId(body.orderId()),
                IdempotencyKey.required(key),
                PaymentRequests.amount(body.amount()),
                PaymentRequests.methods(body.paymentMethodIds()),
                false,
                null);
        return switch (payments.authorize(request)) {
            case Authorized authorized -> authorized;
            case Declined declined -> throw PaymentRequests.problem(declined);
            case Refused refused -> throw PaymentRequests.problem(refused, request.key());
        };
    }

    @PostMapping("/{paymentId}/capture")
    CaptureAnswer capture(
            @PathVariable String paymentId,
            @RequestHeader(name = KEY, required = false) String key,
            @RequestBody(required = false) CaptureBody body) {
        var amount = body == null ? null : PaymentRequests.part(body.amount());
        var request = new CaptureRequest(paymentId, null, IdempotencyKey.required(key), amount, null);
        return switch (payments.capture(request)) {
            case Captured captured ->
                new CaptureAnswer(captured.paymentId(), "completed", captured.captured(), captured.providerId());
            case Refused refused -> throw PaymentRequests.problem(refused);
        };
    }

    @PostMapping("/{paymentId}/void")
    Undone cancel(
            @PathVariable String paymentId,
            @RequestHeader(name = KEY, required = false) String key,
            @RequestBody(required = false) VoidBody body) {
        return switch (payments.cancel(paymentId, IdempotencyKey.required(key))) {
            case Undone undone -> undone;
            case Refused refused -> throw PaymentRequests.problem(refused);
        };
    }

    @PostMapping("/{paymentId}/refund")
    Refunded refund(
            @PathVariable String paymentId,
            @RequestHeader(name = KEY, required = false) String key,
            @RequestBody(required = false) RefundBody body) {
        var named = IdempotencyKey.required(key);
        var amount = body == null ? null : PaymentRequests.part(body.amount());
        var reason = PaymentRequests.reason(body == null ? null : body.reason());
        return switch (payments.refund(new RefundRequest(paymentId, named, amount, reason))) {
            case Refunded refunded -> refunded;
            case Refused refused -> throw PaymentRequests.problem(refused);
        };
    }

    @GetMapping("/{paymentId}")
    PaymentView find(@PathVariable String paymentId) {
        return payments.find(paymentId).orElseThrow(() -> ProblemException.notFound("payment", paymentId));
    }
}
