package dev.holdfast.orders;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.orders.OrdersApi.Refused;
import dev.holdfast.orders.OrdersCommand.Advance;
import dev.holdfast.orders.OrdersCommand.Answer;
import dev.holdfast.orders.OrdersCommand.Answered;
import dev.holdfast.orders.OrdersCommand.Cancel;
import dev.holdfast.orders.OrdersCommand.CheckoutFailed;
import dev.holdfast.orders.OrdersCommand.Create;
import dev.holdfast.orders.OrdersCommand.Noted;
import dev.holdfast.orders.OrdersCommand.Reused;
import dev.holdfast.platform.Optimism;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.Recent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// The rules of orders: decides a batch of commands one after the other against rows that are locked.
///
/// Everything a command does commits with it or not at all, so a process that dies leaves nothing half-done; run a
/// second time (a lost COMMIT, a repeated call) a command finds the row it wrote and answers from it.
final class OrdersBatch implements BatchWork<OrdersCommand, Answer> {

    private final Clock clock;
    private final Outbox outbox;
    private final Recent<OrderRow> recent = new Recent<>();
    private final Optimism optimism = new Optimism();

    OrdersBatch(Clock clock, Outbox outbox) {
        this.clock = clock;
        this.outbox = outbox;
    }

    @Override
    public List<Answer> run(Connection db, List<OrdersCommand> commands) throws SQLException {
        var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var table = new OrderTable(db, at, recent, optimism);
        var history = new OrderHistory(at);
        table.claimAndLock(commands);
        var answers = new ArrayList<Answer>(commands.size());
        for (var command : commands) {
            answers.add(
                    switch (command) {
                        case Create create -> create(create, table, history);
                        case Advance advance -> new Answered(advance(advance, table, history));
                        case Cancel cancel -> new Answered(cancel(cancel, table, history));
                        case CheckoutFailed failure -> failed(failure, table, history);
                    });
        }
        table.write();
        history.append(db, table, outbox);
        Writes.of(db).whenCommitted(table::remember);
        return answers;
    }

    private static Answer create(Create create, OrderTable table, OrderHistory history) {
        var id = create.orderId();
        var row = table.row(id);
        if (row == null) {
            return new Answered(
                    table.failed(id)
                            ? cancelled(id, "its checkout has ended without an order")
                            : new Refused("too-late", "the creation of order '" + id + "' came after its deadline"));
        }
        if (row.tombstone) {
            return new Answered(cancelled(id, "it was cancelled before it was created"));
        }
        if (!row.hash.equals(create.hash())) {
            // The same key with another body is the caller's mistake. Another key is another saga with the same id,
            // which did nothing and has to be told so as a no: taken for a fault of unknown effect, it would be
            // undone, and cancel the order of the first.
            return create.request().key().equals(row.key)
                    ? new Reused()
                    : new Answered(new Refused("order-id-taken", "order '" + id + "' exists, made by another request"));
        }
        if (row.state == null) {
            history.advance(row, OrderState.CREATED, null, create.traceparent());
            if (create.request().reserved()) {
                history.advance(row, OrderState.RESERVED, null, create.traceparent());
            }
        }
        return new Answered(row.state == OrderState.CANCELLED ? cancelled(id, "it was cancelled") : row.accepted());
    }

    /// An order that has gone past the state already answers as it did the first time: a repeated call whose first
    /// answer was lost must not fail because somebody else has moved the order on since.
    private static OrdersApi.OrderResult advance(Advance advance, OrderTable table, OrderHistory history) {
        var id = advance.orderId();
        var row = table.row(id);
        if (row == null || row.state == null) {
            return new Refused("not-found", "there is no order '" + id + "'");
        }
        if (row.state.mayBecome(advance.to())) {
            if (advance.notAfter() != null && row.lockedAt.isAfter(advance.notAfter())) {
                return new Refused(
                        "too-late",
                        "order '" + id + "' was to become " + advance.to().code() + " by " + advance.notAfter()
                                + "; it stays " + row.state.code());
            }
            history.advance(row, advance.to(), null, advance.traceparent());
        }
        if (row.state.reached(advance.to())) {
            return row.accepted();
        }
        return row.state == OrderState.CANCELLED ? cancelled(id, "it was cancelled") : invalid(row, advance.to());
    }

    private static OrdersApi.OrderResult cancel(Cancel cancel, OrderTable table, OrderHistory history) {
        var row = table.row(cancel.orderId());
        if (row.state == null) {
            // A fresh tombstone, or an order whose creation is still to come in this batch: never the latter,
            // because the first of the two commands decides what is claimed.
            history.advance(row, OrderState.CREATED, null, cancel.traceparent());
        }
        if (row.state == OrderState.CANCELLED) {
            return row.accepted();
        }
        if (!row.state.mayBecome(OrderState.CANCELLED)) {
            return invalid(row, OrderState.CANCELLED);
        }
        history.advance(row, OrderState.CANCELLED, cancel.reason(), cancel.traceparent());
        return row.accepted();
    }

    private static Answer failed(CheckoutFailed failure, OrderTable table, OrderHistory history) {
        var row = table.row(failure.orderId());
        if (row == null || row.tombstone) {
            history.failed(failure);
        }
        return new Noted();
    }

    private static Refused cancelled(String orderId, String why) {
        return new Refused("order-cancelled", "order '" + orderId + "' is refused: " + why);
    }

    private static Refused invalid(OrderRow row, OrderState to) {
        return new Refused(
                "invalid-transition",
                "order '" + row.orderId + "' is " + row.state.code() + " and cannot become " + to.code());
    }
}
