package dev.holdfast.shipping;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.Trace;
import dev.holdfast.shipping.Carrier.Parcel;
import dev.holdfast.shipping.ShippingCommand.Answer;
import dev.holdfast.shipping.ShippingCommand.Begin;
import dev.holdfast.shipping.ShippingCommand.Call;
import dev.holdfast.shipping.ShippingCommand.Known;
import dev.holdfast.shipping.ShippingCommand.Open;
import dev.holdfast.shipping.ShippingCommand.Report;
import dev.holdfast.shipping.ShippingCommand.Reused;
import dev.holdfast.shipping.ShippingCommand.Settled;
import dev.holdfast.shipping.ShippingCommand.Undo;
import dev.holdfast.shipping.ShippingCommand.Undone;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Labels as the rest of the system sees them. Between what the lane records, the carriers are called on the
/// caller's own thread: if it dies there, the intent is on record, and the next call under the key, or the undo,
/// goes on.
final class Shipping implements ShippingApi {

    private final GroupCommit<ShippingCommand, Answer> lane;
    private final Carriers carriers;
    private final Cancellations cancellations;
    private final ShippingReads reads;
    private final ShippingSettings settings;

    Shipping(
            GroupCommit<ShippingCommand, Answer> lane,
            Carriers carriers,
            Cancellations cancellations,
            ShippingReads reads,
            ShippingSettings settings) {
        this.lane = lane;
        this.carriers = carriers;
        this.cancellations = cancellations;
        this.reads = reads;
        this.settings = settings;
    }

    @Override
    public LabelResult createLabel(LabelRequest request) {
        Objects.requireNonNull(request.key(), "key");
        var errors = LabelRules.errors(request);
        if (!errors.isEmpty()) {
            // Certain without a record: the same request breaks the same rule again.
            return new Refused(
                    "label-refused",
                    errors.getFirst().pointer() + " " + errors.getFirst().detail());
        }
        var plan = carriers.plan(request.carrier());
        var parcel = new Parcel(
                null,
                request.orderId(),
                request.destination(),
                request.packageDimensions() == null ? settings.box() : request.packageDimensions(),
                request.weight() == null ? settings.weight() : request.weight(),
                request.deliveryPreference() == null ? "standard" : request.deliveryPreference());
        Answer answer = lane.submit(new Begin(request, digest(request), plan, Json.write(parcel)));
        while (answer instanceof Call(String shippingId, String carrier)) {
            var key = ShipmentTable.carrierKey(request.key(), carrier);
            var outcome = carriers.create(carrier, key, referring(parcel, shippingId));
            answer = report(
                    request.orderId(), new Report(request.key(), carrier, outcome, plan, Trace.currentTraceparent()));
        }
        return result(request, answer);
    }

    /// Once a carrier was asked, a failure to record is no "surely no effect" any more, whatever the lane says of
    /// its own transaction: the label is made, and who believed the lane would leave it out of the undo. The
    /// attempt stays on record as open, so the next call under the key asks the same carrier under the same key,
    /// and an undo cancels it there.
    private Answer report(String orderId, Report report) {
        try {
            return lane.submit(report);
        } catch (GroupCommitException e) {
            throw new EffectUnclearException(
                    "what " + report.carrier() + " answered for order '" + orderId
                            + "' could not be recorded; repeat under the same key to find out",
                    e);
        }
    }

    private static LabelResult result(LabelRequest request, Answer answer) {
        return switch (answer) {
            case Known(LabelResult result) -> result;
            case Reused() -> throw new KeyReusedException(request.key());
            case Open(boolean unclear)
            when unclear ->
                throw new EffectUnclearException(
                        "no carrier answered for order '" + request.orderId() + "'; a label may have been made", null);
            case Open(boolean _) ->
                throw new NoEffectException("no carrier could be reached for order '" + request.orderId() + "'", null);
            case Call _, Undone _, Settled _ -> throw new IllegalStateException("no answer to a label: " + answer);
        };
    }

    @Override
    public CancelResult undo(String orderId, String labelKey, String key) {
        return switch (lane.submit(new Undo(orderId, labelKey, Trace.currentTraceparent()))) {
            case Undone(String shippingId, List<String> due) -> {
                cancelAtCarriers(orderId, labelKey, due);
                yield new Cancelled(shippingId);
            }
            case Reused() -> throw new KeyReusedException(labelKey);
            case Known _, Call _, Open _, Settled _ ->
                throw new IllegalStateException("the lane answered a question that was not asked");
        };
    }

    /// The undo is a promise that no label is live. A carrier that does not answer now is asked again by the
    /// sweeper; until then the promise cannot be given, so the caller has to ask again, too.
    private void cancelAtCarriers(String orderId, String labelKey, List<String> due) {
        var left = due.stream()
                .filter(carrier -> !cancellations.cancel(labelKey, carrier, 0))
                .toList();
        if (!left.isEmpty()) {
            throw new EffectUnclearException(
                    "the label of order '" + orderId + "' is cancelled here but not yet at " + String.join(", ", left)
                            + "; that goes on by itself, ask again",
                    null);
        }
    }

    @Override
    public CancelResult cancel(String shippingId, String key) {
        return reads.keyOf(shippingId)
                .map(of -> undo(of.orderId(), of.key(), key))
                .orElseGet(() -> new Refused("not-found", "there is no shipment '" + shippingId + "'"));
    }

    @Override
    public Optional<Shipment> find(String shippingId) {
        return reads.find(shippingId);
    }

    private static Parcel referring(Parcel parcel, String shippingId) {
        return new Parcel(
                shippingId,
                parcel.orderId(),
                parcel.destination(),
                parcel.dimensions(),
                parcel.weight(),
                parcel.deliveryPreference());
    }

    /// The deadline is no part of what is asked: it moves with every attempt.
    private static String digest(LabelRequest request) {
        return IdempotencyKey.digest(new LabelRequest(
                request.orderId(),
                request.key(),
                request.destination(),
                request.packageDimensions(),
                request.weight(),
                request.carrier(),
                request.deliveryPreference(),
                null));
    }
}
