package dev.holdfast.payment;

import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.AuthorizeResult;
import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.CaptureRequest;
import dev.holdfast.payment.PaymentApi.CaptureResult;
import dev.holdfast.payment.PaymentApi.Captured;
import dev.holdfast.payment.PaymentApi.Declined;
import dev.holdfast.payment.PaymentApi.PaymentView;
import dev.holdfast.payment.PaymentApi.RefundRequest;
import dev.holdfast.payment.PaymentApi.RefundResult;
import dev.holdfast.payment.PaymentApi.Refunded;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentApi.UndoResult;
import dev.holdfast.payment.PaymentApi.Undone;
import dev.holdfast.payment.PaymentBooks.Check;
import dev.holdfast.payment.PaymentBooks.OrderMoney;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.Page;
import dev.holdfast.platform.remote.Refusal;
import dev.holdfast.platform.remote.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/// [PaymentApi] and [PaymentBooks] as they travel between processes.
final class PaymentWire {

    private static final String DECLINED = "payment-declined";

    static final Operation<AuthorizeRequest, AuthorizeResult> AUTHORIZE =
            Operation.<AuthorizeRequest, AuthorizeResult>of("authorize", AuthorizeRequest.class, Authorized.class)
                    .refusing(PaymentWire::no, PaymentWire::notAuthorized);
    static final Operation<CaptureRequest, CaptureResult> CAPTURE = Operation.<CaptureRequest, CaptureResult>of(
                    "capture", CaptureRequest.class, Captured.class)
            .refusing(PaymentWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<Undoing, UndoResult> UNDO = Operation.<Undoing, UndoResult>of(
                    "undo", Undoing.class, Undone.class)
            .refusing(PaymentWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<Voiding, UndoResult> VOID = Operation.<Voiding, UndoResult>of(
                    "void", Voiding.class, Undone.class)
            .refusing(PaymentWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<RefundRequest, RefundResult> REFUND = Operation.<RefundRequest, RefundResult>of(
                    "refund", RefundRequest.class, Refunded.class)
            .refusing(PaymentWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<String, PaymentView> FIND = Operation.of("find", String.class, PaymentView.class);
    static final Operation<String, List<Check>> CHECKS = Operation.<String, List<Check>>of(
                    "checks", String.class, new TypeReference<>() {})
            .lasting(Duration.ofMinutes(5));
    static final Operation<String, Long> OPEN =
            Operation.<String, Long>of("open", String.class, Long.class).lasting(Duration.ofMinutes(1));
    static final Operation<Page, List<OrderMoney>> MONEY = Operation.<Page, List<OrderMoney>>of(
                    "money", Page.class, new TypeReference<>() {})
            .lasting(Duration.ofMinutes(1));

    private PaymentWire() {}

    record Undoing(String orderId, String authorizeKey, String key) {}

    record Voiding(String paymentId, String key) {}

    static Offer offer(PaymentApi payments, PaymentBooks books) {
        return Offer.of(Role.PAYMENT)
                .on(AUTHORIZE, payments::authorize)
                .on(CAPTURE, payments::capture)
                .on(UNDO, asked -> payments.undo(asked.orderId(), asked.authorizeKey(), asked.key()))
                .on(VOID, asked -> payments.cancel(asked.paymentId(), asked.key()))
                .on(REFUND, payments::refund)
                .on(FIND, id -> payments.find(id).orElse(null))
                .on(CHECKS, _ -> books.checks())
                .on(OPEN, _ -> books.open())
                .on(MONEY, page -> books.money(page.after(), page.limit()));
    }

    private static Refusal no(AuthorizeResult result) {
        return switch (result) {
            case Authorized _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
            case Declined(var code, var message) ->
                new Refusal(402, DECLINED, message, code == null ? Map.of() : Map.of("decline_code", code));
        };
    }

    private static Refusal no(CaptureResult result) {
        return switch (result) {
            case Captured _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }

    private static Refusal no(UndoResult result) {
        return switch (result) {
            case Undone _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }

    private static Refusal no(RefundResult result) {
        return switch (result) {
            case Refunded _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }

    private static AuthorizeResult notAuthorized(Refusal refusal) {
        return refusal.code().equals(DECLINED)
                ? new Declined(refusal.text("decline_code"), refusal.message())
                : refusal.as(Refused::new);
    }
}
