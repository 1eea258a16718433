package dev.holdfast.payment;

import dev.holdfast.payment.PaymentWire.Undoing;
import dev.holdfast.payment.PaymentWire.Voiding;
import dev.holdfast.platform.remote.Page;
import dev.holdfast.platform.remote.RemoteService;
import java.util.List;
import java.util.Optional;

/// The payment service of another process.
final class RemotePayment implements PaymentApi, PaymentBooks {

    private final RemoteService service;

    RemotePayment(RemoteService service) {
        this.service = service;
    }

    @Override
    public AuthorizeResult authorize(AuthorizeRequest request) {
        return service.call(PaymentWire.AUTHORIZE, request);
    }

    @Override
    public CaptureResult capture(CaptureRequest request) {
        return service.call(PaymentWire.CAPTURE, request);
    }

    @Override
    public UndoResult undo(String orderId, String authorizeKey, String key) {
        return service.call(PaymentWire.UNDO, new Undoing(orderId, authorizeKey, key));
    }

    @Override
    public UndoResult cancel(String paymentId, String key) {
        return service.call(PaymentWire.VOID, new Voiding(paymentId, key));
    }

    @Override
    public RefundResult refund(RefundRequest request) {
        return service.call(PaymentWire.REFUND, request);
    }

    @Override
    public Optional<PaymentView> find(String paymentId) {
        return Optional.ofNullable(service.call(PaymentWire.FIND, paymentId));
    }

    @Override
    public List<Check> checks() {
        return service.call(PaymentWire.CHECKS, "");
    }

    @Override
    public long open() {
        return service.call(PaymentWire.OPEN, "");
    }

    @Override
    public List<OrderMoney> money(String afterOrderId, int limit) {
        return service.call(PaymentWire.MONEY, new Page(afterOrderId, limit));
    }
}
