package dev.holdfast.reconciliation;

import dev.holdfast.orders.OrderBooks.Standing;
import dev.holdfast.reconciliation.Audit.Services;
import dev.holdfast.saga.SagaBooks.Ended;
import dev.holdfast.saga.SagaStatus;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// Holds every checkout that has ended against the order it was about and against what the customer was told. The
/// services' books agree with each other also where an order is missing from all of them; only the checkout knows
/// that there should be one. Judged are the checkouts that are kept: orders outlive those, and what of an older
/// order can be judged without its checkout is judged order by order.
final class SagaByOrder {

    private static final int PAGE = 1_000;
    private static final Set<String> SOLD = Set.of("confirmed", "shipped", "delivered", "refund_pending", "refunded");

    private final Services services;
    private final Tally readable = new Tally(new Tally.Rule("sagas", "what a checkout carried can be read"));
    private final Tally named = new Tally(new Tally.Rule("keys", "a checkout has claimed its order's id"));
    private final Tally completed = new Tally(new Tally.Rule("sagas", "a checkout that completed has its order"));
    private final Tally failed = new Tally(new Tally.Rule("sagas", "a checkout that failed left no live order"));
    private final Tally agreed =
            new Tally(new Tally.Rule("orders", "an order has the customer and the total that its checkout agreed on"));
    private final Tally told = new Tally(new Tally.Rule("events", "a customer was told what became of an order"));

    SagaByOrder(Services services) {
        this.services = services;
    }

    List<Check> checks() throws SQLException {
        var page = services.sagas().ended(null, PAGE);
        while (!page.isEmpty()) {
            compare(page);
            page = services.sagas().ended(page.getLast().sagaId(), PAGE);
        }
        return Stream.of(readable, named, completed, failed, agreed, told)
                .map(Tally::check)
                .toList();
    }

    private record Checkout(Ended saga, Carried carried) {}

    private void compare(List<Ended> page) throws SQLException {
        var checkouts = new ArrayList<Checkout>();
        for (var saga : page) {
            var carried = Carried.in(saga.payload());
            readable.look(saga.sagaId(), carried.isPresent());
            carried.ifPresent(each -> checkouts.add(new Checkout(saga, each)));
        }
        var ids = checkouts.stream().map(each -> each.carried().orderId()).toList();
        var names =
                services.tables().named(ids.stream().map(OrderByOrder::nameOf).toList());
        var standings = services.orders().standing(ids);
        var letters = services.notification().told(ids);
        for (var checkout : checkouts) {
            var id = checkout.carried().orderId();
            named.look(id, checkout.saga().sagaId().equals(names.get(OrderByOrder.nameOf(id))));
            compare(checkout, standings.get(id), letters.getOrDefault(id, Set.of()));
        }
    }

    /// An order that was confirmed once may be cancelled later, by a flow of its own; the customer hears of that
    /// too.
    private void compare(Checkout checkout, Standing order, Set<String> letters) {
        var id = checkout.carried().orderId();
        var status = order == null ? null : order.status();
        if (order != null) {
            agreed.look(id, isAgreed(checkout.carried(), order));
        }
        if (checkout.saga().status() == SagaStatus.COMPLETED) {
            completed.look(id, status != null && (SOLD.contains(status) || status.equals("cancelled")));
            told.look(id, letters.contains("OrderConfirmed"));
        } else {
            failed.look(id, status == null || status.equals("cancelled"));
            told.look(id, letters.contains(status == null ? "CheckoutFailed" : "OrderCancelled"));
        }
    }

    private static boolean isAgreed(Carried carried, Standing order) {
        var total = carried.total();
        return Objects.equals(carried.userId(), order.userId())
                && (total == null
                        || total.decimal().compareTo(order.total()) == 0
                                && total.code().equals(order.currency()));
    }
}
