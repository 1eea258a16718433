package dev.holdfast.shipping;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.platform.Optimism;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.Recent;
import dev.holdfast.shipping.ShipmentRow.Attempt;
import dev.holdfast.shipping.ShipmentRow.AttemptStatus;
import dev.holdfast.shipping.ShipmentRow.Status;
import dev.holdfast.shipping.ShippingApi.Refused;
import dev.holdfast.shipping.ShippingCommand.Answer;
import dev.holdfast.shipping.ShippingCommand.Begin;
import dev.holdfast.shipping.ShippingCommand.Call;
import dev.holdfast.shipping.ShippingCommand.Declined;
import dev.holdfast.shipping.ShippingCommand.Known;
import dev.holdfast.shipping.ShippingCommand.Made;
import dev.holdfast.shipping.ShippingCommand.NotReached;
import dev.holdfast.shipping.ShippingCommand.Open;
import dev.holdfast.shipping.ShippingCommand.Report;
import dev.holdfast.shipping.ShippingCommand.Reused;
import dev.holdfast.shipping.ShippingCommand.Settle;
import dev.holdfast.shipping.ShippingCommand.Settled;
import dev.holdfast.shipping.ShippingCommand.Unclear;
import dev.holdfast.shipping.ShippingCommand.Undo;
import dev.holdfast.shipping.ShippingCommand.Undone;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// The rules of labels: decides a batch of commands one after the other against shipments that are locked.
///
/// One sentence carries all of it: a label counts only when this lane records it on a shipment that waits for one;
/// every other label that a carrier makes, or may have made, is put down for cancellation in the transaction that
/// learns of it. So at most one label stays live, whichever carrier answers late, whoever dies, in whatever order
/// calls arrive.
final class ShippingBatch implements BatchWork<ShippingCommand, Answer> {

    /// How long the sweeper leaves a cancellation to the thread that asked for it.
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Clock clock;
    private final Outbox outbox;
    private final Recent<ShipmentRow> recent = new Recent<>();
    private final Optimism optimism = new Optimism();

    ShippingBatch(Clock clock, Outbox outbox) {
        this.clock = clock;
        this.outbox = outbox;
    }

    @Override
    public List<Answer> run(Connection db, List<ShippingCommand> commands) throws SQLException {
        var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var table = new ShipmentTable(db, at, recent, optimism);
        var history = new ShippingHistory(at);
        table.claimAndLock(commands);
        var answers = new ArrayList<Answer>(commands.size());
        for (var command : commands) {
            var row = table.row(command.key());
            answers.add(
                    switch (command) {
                        case Begin begin -> begin(begin, row, history);
                        case Report report -> report(report, row, history);
                        // The key of another order's label: taking that one back would be the caller's mistake.
                        case Undo undo when !row.orderId.equals(undo.orderId()) -> new Reused();
                        case Undo undo -> undo(row, undo.traceparent(), history);
                        case Settle settle -> settle(settle, row, history);
                    });
        }
        ShipmentWrites.write(db, table.rows(), at);
        history.append(db, outbox);
        Writes.of(db).whenCommitted(table::remember);
        return answers;
    }

    private static Answer begin(Begin begin, ShipmentRow row, ShippingHistory history) {
        if (row == null) {
            return new Known(tooLate(begin));
        }
        if (!row.orderId.equals(begin.request().orderId())) {
            // A key has one order for good: nothing was or ever will be made for this one under it, which is a no
            // and no doubt.
            return new Known(new Refused(
                    ShippingApi.KEY_OF_ANOTHER_ORDER,
                    "the key '" + begin.key() + "' is another order's; no label was made"));
        }
        if (row.hash != null && !row.hash.equals(begin.hash())) {
            return new Reused();
        }
        if (row.status != Status.PENDING) {
            return answer(row);
        }
        if (row.fresh) {
            row.fresh = false;
            return call(row, begin.plan());
        }
        var notAfter = begin.request().notAfter();
        if (notAfter != null && row.lockedAt.isAfter(notAfter)) {
            // Refusing it promises that there is no label: so the attempt that is open is given up on for good.
            undo(row, null, history);
            return new Known(tooLate(begin));
        }
        var open = row.open();
        if (open != null) {
            // Another call under this key was, or still is, at the carrier. From here on nobody's "surely no
            // effect" speaks for both.
            open.become(AttemptStatus.UNCLEAR);
        }
        return call(row, begin.plan());
    }

    /// Whom to call now: the carrier whose answer is open, else the first of the plan that was not given up on.
    private static Answer call(ShipmentRow row, List<String> plan) {
        var open = row.open();
        if (open != null) {
            return new Call(row.shippingId, open.carrier);
        }
        for (var carrier : plan) {
            var attempt = row.attempts.get(carrier);
            if (attempt == null || !attempt.status.burned()) {
                return new Call(row.shippingId, row.begin(carrier).carrier);
            }
        }
        return new Open(false);
    }

    private static Answer report(Report report, ShipmentRow row, ShippingHistory history) {
        if (row == null || !row.attempts.containsKey(report.carrier())) {
            throw new IllegalStateException("no attempt at " + report.carrier() + " is recorded under " + report.key());
        }
        var attempt = row.attempts.get(report.carrier());
        return switch (report.outcome()) {
            case Made(String tracking) -> made(row, attempt, tracking, report, history);
            case Declined(String message) -> declined(row, attempt, message, report.plan(), history);
            case NotReached(String _)
            when attempt.status == AttemptStatus.PENDING -> {
                attempt.become(AttemptStatus.REFUSED);
                yield onward(row, attempt, report.plan(), false);
            }
            case NotReached(String _), Unclear(String _) -> unclear(row, attempt, report.plan(), history);
        };
    }

    private static Answer made(
            ShipmentRow row, Attempt attempt, String tracking, Report report, ShippingHistory history) {
        if (attempt.status == AttemptStatus.CREATED) {
            return answer(row);
        }
        attempt.trackingNumber = tracking;
        attempt.changed = true;
        if (row.status != Status.PENDING || attempt.status.burned()) {
            if (attempt.status != AttemptStatus.CANCEL_PENDING) {
                history.cancel(row, attempt, Duration.ZERO);
            }
            return row.status == Status.PENDING ? call(row, report.plan()) : answer(row);
        }
        attempt.become(AttemptStatus.CREATED);
        row.carrier = attempt.carrier;
        row.trackingNumber = tracking;
        row.become(Status.CREATED);
        cancelAll(row, attempt, Duration.ZERO, history);
        history.tell("LabelCreated", row, report.traceparent());
        return answer(row);
    }

    private static Answer declined(
            ShipmentRow row, Attempt attempt, String message, List<String> plan, ShippingHistory history) {
        if (row.status != Status.PENDING) {
            return answer(row);
        }
        if (attempt.status.burned()) {
            // It says no because its key was given up on; another carrier is being asked.
            return call(row, plan);
        }
        attempt.become(AttemptStatus.REFUSED);
        row.refusal = message;
        row.become(Status.FAILED);
        cancelAll(row, attempt, Duration.ZERO, history);
        return answer(row);
    }

    private static Answer unclear(ShipmentRow row, Attempt attempt, List<String> plan, ShippingHistory history) {
        if (row.status != Status.PENDING) {
            // Undone or answered by another call meanwhile: whatever was open has been put down for cancellation,
            // but for an attempt that seemed surely without effect.
            if (attempt.status == AttemptStatus.REFUSED) {
                history.cancel(row, attempt, Duration.ZERO);
            }
            return answer(row);
        }
        if (attempt.status.burned()) {
            return call(row, plan);
        }
        if (next(attempt, plan, row) == null) {
            attempt.become(AttemptStatus.UNCLEAR);
            return new Open(true);
        }
        history.cancel(row, attempt, Duration.ZERO);
        return onward(row, attempt, plan, true);
    }

    /// Goes on with the next carrier of the plan.
    private static Answer onward(ShipmentRow row, Attempt done, List<String> plan, boolean unclear) {
        if (row.status != Status.PENDING) {
            return answer(row);
        }
        if (row.open() != null) {
            return call(row, plan);
        }
        var next = next(done, plan, row);
        return next == null ? new Open(unclear) : new Call(row.shippingId, row.begin(next).carrier);
    }

    private static String next(Attempt done, List<String> plan, ShipmentRow row) {
        return plan.subList(plan.indexOf(done.carrier) + 1, plan.size()).stream()
                .filter(carrier -> {
                    var attempt = row.attempts.get(carrier);
                    return attempt == null || !attempt.status.burned();
                })
                .findFirst()
                .orElse(null);
    }

    /// Undone is undone from this commit on: no label recorded later counts. What may be live at carriers is put
    /// down for cancellation.
    private static Undone undo(ShipmentRow row, String traceparent, ShippingHistory history) {
        row.fresh = false;
        if (row.status == Status.CREATED) {
            history.tell("LabelCancelled", row, traceparent);
        }
        row.become(Status.CANCELLED);
        cancelAll(row, null, GRACE, history);
        var due = row.attempts.values().stream()
                .filter(attempt -> attempt.status == AttemptStatus.CANCEL_PENDING)
                .map(attempt -> attempt.carrier)
                .toList();
        return new Undone(row.attempts.isEmpty() ? null : row.shippingId, due);
    }

    private static void cancelAll(ShipmentRow row, Attempt but, Duration after, ShippingHistory history) {
        for (var attempt : row.attempts.values()) {
            if (attempt != but && (attempt.status.open() || attempt.status == AttemptStatus.CREATED)) {
                history.cancel(row, attempt, after);
            }
        }
    }

    private static Settled settle(Settle settle, ShipmentRow row, ShippingHistory history) {
        var attempt = row == null ? null : row.attempts.get(settle.carrier());
        if (attempt != null && attempt.status == AttemptStatus.CANCEL_PENDING) {
            if (settle.error() == null) {
                history.cancelled(row, attempt);
            } else {
                history.tryAgain(row, attempt, settle.pause(), settle.error());
            }
        }
        return new Settled();
    }

    private static Known answer(ShipmentRow row) {
        return new Known(
                switch (row.status) {
                    case CREATED -> row.labelled();
                    case FAILED -> new Refused("label-refused", row.refusal);
                    case CANCELLED ->
                        new Refused("label-cancelled", "the label of order '" + row.orderId + "' was cancelled");
                    case PENDING ->
                        throw new IllegalStateException("shipment " + row.shippingId + " has no answer yet");
                });
    }

    private static Refused tooLate(Begin begin) {
        return new Refused(
                "too-late", "the label of order '" + begin.request().orderId() + "' was asked for after its deadline");
    }
}
