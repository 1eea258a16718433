package dev.holdfast.reconciliation;

import dev.holdfast.platform.Json;
import dev.holdfast.reconciliation.Audit.Services;
import dev.holdfast.saga.SagaBooks.Ended;
import dev.holdfast.saga.SagaStatus;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Holds every checkout that has ended against the order it was about and against what the customer was told. The
/// services' books agree with each other also where an order is missing from all of them; only the checkout knows
/// that there should be one. Judged are the checkouts that are kept: orders outlive those, and what of an older
/// order can be judged without its checkout is judged order by order.
final class SagaByOrder {

    private static final int PAGE = 1_000;
    private static final Set<String> SOLD = Set.of("confirmed", "shipped", "delivered", "refund_pending", "refunded");

    private final Services services;
    private final Tally completed = new Tally(new Tally.Rule("sagas", "a checkout that completed has its order"));
    private final Tally failed = new Tally(new Tally.Rule("sagas", "a checkout that failed left no live order"));
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
        return List.of(completed.check(), failed.check(), told.check());
    }

    private void compare(List<Ended> page) throws SQLException {
        var ids = page.stream().map(saga -> orderOf(saga.payload())).toList();
        var statuses = services.orders().statuses(ids);
        var letters = services.notification().told(ids);
        for (int i = 0; i < page.size(); i++) {
            var id = ids.get(i);
            compare(page.get(i), id, statuses.get(id), letters);
        }
    }

    /// An order that was confirmed once may be cancelled later, by a flow of its own; the customer hears of that
    /// too.
    private void compare(Ended saga, String id, String status, Map<String, Set<String>> letters) {
        if (saga.status() == SagaStatus.COMPLETED) {
            completed.look(id, status != null && (SOLD.contains(status) || status.equals("cancelled")));
            told.look(id, letters.getOrDefault(id, Set.of()).contains("OrderConfirmed"));
        } else {
            failed.look(id, status == null || status.equals("cancelled"));
            told.look(
                    id,
                    letters.getOrDefault(id, Set.of()).contains(status == null ? "CheckoutFailed" : "OrderCancelled"));
        }
    }

    /// The order a saga is about, from what it carries.
    static String orderOf(String payload) {
        return Json.mapper().readTree(payload).path("order_id").asString("");
    }
}
