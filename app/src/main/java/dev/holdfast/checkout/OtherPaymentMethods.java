package dev.holdfast.checkout;

import dev.holdfast.checkout.Checkouts.Accepted;
import dev.holdfast.flows.Flows;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.SagaDesk;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaEvent;
import dev.holdfast.saga.SagaView;
import dev.holdfast.saga.SignalAnswer;

/// Takes another payment method for a checkout whose payment was declined and that waits for one.
///
/// The signal is the record: it is durable before the answer, delivered once, and its key is the request's. One
/// that is recorded just when the wait is over changes nothing any more; the status says that it failed. One that
/// comes while another is being tried was sent to a checkout that waited a moment ago, and is tried next if that
/// one is declined too.
final class OtherPaymentMethods {

    private static final int LONGEST_METHOD = 255;

    private final SagaEngine engine;
    private final CheckoutStatuses statuses;
    private final SagaDesk desk;

    OtherPaymentMethods(SagaEngine engine, CheckoutStatuses statuses, SagaDesk desk) {
        this.engine = engine;
        this.statuses = statuses;
        this.desk = desk;
    }

    /// @param key the client's, or null: then the same method in the same wait is the same request
    /// @throws ProblemException 404 for what is no checkout, 409 when it does not wait for this
    /// @throws KeyReusedException the key came with another method
    Accepted offer(String sagaId, PaymentMethodRequest request, String key) {
        var method = Text.required("#/payment_method_id", request.paymentMethodId(), LONGEST_METHOD);
        var saga = engine.find(sagaId).orElseThrow(() -> ProblemException.notFound("checkout", sagaId));
        var status = statuses.statusOf(saga).orElseThrow(() -> ProblemException.notFound("checkout", sagaId));
        var signalKey = key == null ? ofWait(saga, method) : "key " + IdempotencyKey.digest(key);
        var before = desk.signal(sagaId, signalKey);
        if (before.isEmpty()) {
            if (status.waitsFor() == null) {
                throw CheckoutProblems.notWaiting(sagaId);
            }
            send(sagaId, signalKey, method);
        } else if (!before.get().payload().equals(method)) {
            throw new KeyReusedException(key);
        }
        return new Accepted(sagaId, status.orderId());
    }

    private void send(String sagaId, String signalKey, String method) {
        switch (engine.signal(sagaId, Flows.PAYMENT_METHOD, signalKey, method)) {
            case SignalAnswer.Recorded _ -> {}
            case SignalAnswer.KeyReused _ -> throw new KeyReusedException(signalKey);
            case SignalAnswer.Ended _ -> throw CheckoutProblems.notWaiting(sagaId);
            case SignalAnswer.Unknown _ -> throw ProblemException.notFound("checkout", sagaId);
        }
    }

    /// Every decline begins a wait, and its generation numbers it.
    private static String ofWait(SagaView saga, String method) {
        int generation = saga.log().reversed().stream()
                .filter(entry -> entry.event() == SagaEvent.REFUSED)
                .findFirst()
                .map(LogEntry::generation)
                .orElse(0);
        return "wait " + generation + " " + IdempotencyKey.digest(method);
    }
}
