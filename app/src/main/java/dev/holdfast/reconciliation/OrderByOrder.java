package dev.holdfast.reconciliation;

import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.Reservation;
import dev.holdfast.orders.OrderBooks.OrderTotals;
import dev.holdfast.payment.PaymentBooks.OrderMoney;
import dev.holdfast.reconciliation.Audit.Services;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.shipping.ShippingBooks.LiveLabel;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Walks the orders, their money, their reservations and their labels side by side, by order id, and holds each
/// against the others. Only when all is quiet: beside the load the four are never of one moment.
final class OrderByOrder {

    private static final int PAGE = 1_000;
    private static final String TOTALS = "an order's total is the sum of its lines";
    private static final String PAID = "a confirmed order is captured at its total, and has no live authorization";
    private static final String UNPAID = "no money is kept or set aside by a checkout without a confirmed order";
    private static final String STOCK_KEPT = "a confirmed order's reservation is committed, with the pieces ordered";
    private static final String STOCK_FREE = "no stock is held or taken by a checkout without a confirmed order";
    private static final String LABELS = "no label of a checkout is live without a confirmed order";
    private static final String DIRECT = "money or labels that no checkout asked for (listed, not judged)";

    private final Pages<OrderTotals> orders;
    private final Pages<OrderMoney> money;
    private final Pages<Reservation> reservations;
    private final Pages<LiveLabel> labels;
    private final SagaEngine engine;
    private final Map<String, Tally> tallies = new LinkedHashMap<>();

    OrderByOrder(Services services) {
        orders = new Pages<>(after -> services.orders().totals(after, PAGE), OrderTotals::orderId);
        money = new Pages<>(after -> services.payment().money(after == null ? "" : after, PAGE), OrderMoney::orderId);
        reservations = new Pages<>(after -> services.inventory().reservations(after, PAGE), Reservation::reservationId);
        labels = new Pages<>(after -> services.shipping().live(after, PAGE), LiveLabel::orderId);
        engine = services.engine();
        Stream.of(TOTALS, PAID, UNPAID, STOCK_KEPT, STOCK_FREE, LABELS, DIRECT)
                .forEach(rule -> tallies.put(rule, new Tally("orders", rule)));
    }

    List<Check> checks() {
        for (var id = next(); id != null; id = next()) {
            compare(id, orders.take(id), money.take(id), reservations.take(id), labels.take(id));
        }
        return tallies.values().stream().map(Tally::check).toList();
    }

    /// The smallest id any of the walks stands at. Ids are ASCII, so the databases' order is Java's.
    private String next() {
        return Stream.of(orders.key(), money.key(), reservations.key(), labels.key())
                .filter(Objects::nonNull)
                .min(String::compareTo)
                .orElse(null);
    }

    private void compare(String id, OrderTotals order, OrderMoney paid, Reservation held, LiveLabel label) {
        if (order != null) {
            look(TOTALS, id, order.total().compareTo(order.items()) == 0);
        }
        if (order != null && isSold(order)) {
            look(PAID, id, paid != null && isPaid(order, paid));
            look(STOCK_KEPT, id, held != null && isTaken(order, held));
            return;
        }
        if (paid != null) {
            judge(UNPAID, id, paid.authorized().amount() == 0 && paid.captured().equals(paid.refunded()));
        }
        if (held != null && isOfACheckout(held)) {
            look(STOCK_FREE, id, !List.of("held", "pinned", "committed").contains(held.status()));
        }
        if (label != null) {
            judge(LABELS, id, false);
        }
    }

    private static boolean isSold(OrderTotals order) {
        return switch (order.status()) {
            case "confirmed", "shipped", "delivered" -> true;
            default -> false;
        };
    }

    private static boolean isPaid(OrderTotals order, OrderMoney paid) {
        var kept = paid.captured().minus(paid.refunded()).decimal();
        return kept.compareTo(order.total()) == 0 && paid.authorized().decimal().compareTo(BigDecimal.ZERO) == 0;
    }

    private static boolean isTaken(OrderTotals order, Reservation held) {
        return held.status().equals("committed")
                && held.items().stream().mapToLong(HeldLine::qty).sum() == order.pieces();
    }

    /// A hold somebody made through inventory's own door belongs to no saga of ours.
    private static boolean isOfACheckout(Reservation held) {
        return held.sagaId() != null && held.sagaId().startsWith("saga_chk_");
    }

    /// What stands alone is a fault only if a checkout asked for it: payment and shipping have doors of their own,
    /// and whoever goes through them keeps the order elsewhere. Every checkout has claimed its order's id as a
    /// name.
    private void judge(String rule, String id, boolean holds) {
        if (holds || engine.named("order:" + id).isPresent()) {
            look(rule, id, holds);
        } else {
            look(DIRECT, id, true);
        }
    }

    private void look(String rule, String id, boolean holds) {
        tallies.get(rule).look(id, holds);
    }
}
