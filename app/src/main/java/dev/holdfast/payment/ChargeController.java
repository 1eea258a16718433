package dev.holdfast.payment;

import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.Declined;
import dev.holdfast.payment.PaymentApi.RefundRequest;
import dev.holdfast.payment.PaymentApi.Refunded;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.ProblemException;
import java.math.BigDecimal;
import java.util.List;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/payment`, the older contract: decimals, and a key made from the business id when none is sent.
@RestController
@RequestMapping("/api/payment")
class ChargeController {

    private static final String KEY = "Idempotency-Key";

    private final PaymentApi payments;

    ChargeController(PaymentApi payments) {
        this.payments = payments;
    }

    record ChargeBody(String orderId, BigDecimal amount, String currency, String paymentMethodToken) {}

    record ChargeAnswer(String chargeId, String orderId, String status, BigDecimal amount) {}

    record RefundBody(String chargeId, BigDecimal amount) {}

    record RefundAnswer(String refundId, String chargeId, String status, BigDecimal amount) {}

    @PostMapping("/charge")
    ChargeAnswer charge(@RequestHeader(name = KEY, required = false) String key, @RequestBody ChargeBody body) {
        var orderId = PaymentRequests.orderId(body.orderId());
        var amount = PaymentRequests.decimal(body.amount(), body.currency());
        var method = PaymentRequests.method("#/payment_method_token", body.paymentMethodToken());
        var request = new AuthorizeRequest(
                orderId, IdempotencyKey.of(key, "payment-" + orderId), amount, List.of(method), true, null);
        return switch (payments.authorize(request)) {
            case Authorized charged -> new ChargeAnswer(charged.paymentId(), orderId, "succeeded", amount.decimal());
            case Declined declined -> throw PaymentRequests.problem(declined);
            case Refused refused -> throw PaymentRequests.problem(refused, request.key());
        };
    }

    @PostMapping("/refund")
    RefundAnswer refund(@RequestHeader(name = KEY, required = false) String key, @RequestBody RefundBody body) {
        if (body.chargeId() == null || body.chargeId().isBlank()) {
            throw ProblemException.invalid("#/charge_id", "must be given");
        }
        var charge =
                payments.find(body.chargeId()).orElseThrow(() -> ProblemException.notFound("charge", body.chargeId()));
        var amount = body.amount() == null
                ? null
                : PaymentRequests.decimal(body.amount(), charge.amount().code());
        var request = new RefundRequest(
                charge.paymentId(), IdempotencyKey.of(key, "refund-" + charge.paymentId()), amount, null);
        return switch (payments.refund(request)) {
            case Refunded refunded ->
                new RefundAnswer(
                        refunded.refundId(),
                        refunded.paymentId(),
                        refunded.status(),
                        refunded.amount().decimal());
            case Refused refused -> throw PaymentRequests.problem(refused);
        };
    }
}
