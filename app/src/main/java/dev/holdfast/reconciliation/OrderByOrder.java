package dev.holdfast.reconciliation;

import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.Reservation;
import dev.holdfast.orders.OrderBooks.OrderTotals;
import dev.holdfast.payment.PaymentBooks.OrderMoney;
import dev.holdfast.reconciliation.Audit.Services;
import dev.holdfast.shipping.ShippingBooks.LiveLabel;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Walks the orders, their money, their reservations and their labels side by side, by order id, and holds each
/// against the others. Only when all is quiet: beside the load the four are never of one moment.
///
/// What a saga is about that waits or is parked is undecided until it goes on, so only its sums are judged.
final class OrderByOrder {

    private static final int PAGE = 1_000;
    private static final Tally.Rule TOTALS = new Tally.Rule("orders", "an order's total is the sum of its lines");
    private static final Tally.Rule ORDERED = new Tally.Rule("orders", "an order is that of a checkout");
    private static final Tally.Rule PAID =
            new Tally.Rule("orders", "a confirmed order is captured at its total, and has no live authorization");
    private static final Tally.Rule UNPAID =
            new Tally.Rule("orders", "no money is kept or set aside by a checkout without a confirmed order");
    private static final Tally.Rule STOCK_KEPT =
            new Tally.Rule("orders", "a confirmed order's reservation is committed, with the pieces ordered");
    private static final Tally.Rule STOCK_FREE =
            new Tally.Rule("orders", "no stock is held or taken by a checkout without a confirmed order");
    private static final Tally.Rule LABELS =
            new Tally.Rule("orders", "no label of a checkout is live without a confirmed order");
    private static final Tally.Rule OTHER_MONEY =
            new Tally.Rule("money", "kept or set aside for no checkout of this shop (listed, not judged)");
    private static final Tally.Rule OTHER_STOCK =
            new Tally.Rule("stock", "held or taken for no checkout of this shop (listed, not judged)");
    private static final Tally.Rule OTHER_LABELS =
            new Tally.Rule("labels", "live for no checkout of this shop (listed, not judged)");

    private final Services services;
    private final Set<String> undecided;
    private final Pages<Order> orders;
    private final Pages<OrderMoney> money;
    private final Pages<Reservation> reservations;
    private final Pages<LiveLabel> labels;
    private final Map<Tally.Rule, Tally> tallies = new LinkedHashMap<>();

    /// @param undecided the orders of sagas that wait or are parked
    OrderByOrder(Services services, Set<String> undecided) {
        this.services = services;
        this.undecided = undecided;
        orders = new Pages<>(this::ordersAfter, order -> order.totals().orderId());
        money = new Pages<>(after -> services.payment().money(after == null ? "" : after, PAGE), OrderMoney::orderId);
        reservations = new Pages<>(after -> services.inventory().reservations(after, PAGE), Reservation::reservationId);
        labels = new Pages<>(after -> services.shipping().live(after, PAGE), LiveLabel::orderId);
        Stream.of(TOTALS, ORDERED, PAID, UNPAID, STOCK_KEPT, STOCK_FREE, LABELS, OTHER_MONEY, OTHER_STOCK, OTHER_LABELS)
                .forEach(rule -> tallies.put(rule, new Tally(rule)));
    }

    /// @param pieces by product
    /// @param ordered whether a checkout has claimed its id
    private record Order(OrderTotals totals, Map<String, Long> pieces, boolean ordered) {}

    /// The name under which a checkout claims its order's id.
    static String nameOf(String orderId) {
        return "order:" + orderId;
    }

    private List<Order> ordersAfter(String after) {
        var page = services.orders().totals(after, PAGE);
        var ids = page.stream().map(OrderTotals::orderId).toList();
        var pieces = services.orders().pieces(ids);
        var names =
                services.tables().named(ids.stream().map(OrderByOrder::nameOf).toList());
        return page.stream()
                .map(totals -> new Order(
                        totals,
                        pieces.getOrDefault(totals.orderId(), Map.of()),
                        names.containsKey(nameOf(totals.orderId()))))
                .toList();
    }

    List<Check> checks() {
        for (var id = next(); id != null; id = next()) {
            compare(id, orders.take(id), money.take(id), reservations.take(id), labels.takeAll(id));
        }
        return tallies.values().stream().map(Tally::check).toList();
    }

    /// The smallest id any of the walks stands at.
    private String next() {
        return Stream.of(orders.key(), money.key(), reservations.key(), labels.key())
                .filter(Objects::nonNull)
                .min(Pages.BY_BYTES)
                .orElse(null);
    }

    private void compare(String id, Order order, OrderMoney paid, Reservation held, List<LiveLabel> live) {
        if (order != null) {
            look(ORDERED, id, order.ordered());
            look(TOTALS, id, order.totals().total().compareTo(order.totals().items()) == 0);
        }
        if (undecided.contains(id)) {
            return;
        }
        if (order != null && isSold(order)) {
            look(PAID, id, paid != null && isPaid(order, paid));
            look(STOCK_KEPT, id, held != null && isTaken(order, held));
            return;
        }
        if (paid != null) {
            var nothing = paid.authorized().amount() == 0 && paid.captured().equals(paid.refunded());
            judge(id, nothing, UNPAID, OTHER_MONEY);
        }
        if (held != null) {
            var nothing = !List.of("held", "pinned", "committed").contains(held.status());
            judge(id, nothing, STOCK_FREE, OTHER_STOCK);
        }
        live.forEach(label -> judge(id, false, LABELS, OTHER_LABELS));
    }

    private static boolean isSold(Order order) {
        return switch (order.totals().status()) {
            case "confirmed", "shipped", "delivered" -> true;
            default -> false;
        };
    }

    private static boolean isPaid(Order order, OrderMoney paid) {
        var kept = paid.captured().minus(paid.refunded()).decimal();
        return kept.compareTo(order.totals().total()) == 0
                && paid.authorized().decimal().compareTo(BigDecimal.ZERO) == 0;
    }

    /// Of each product as many pieces as were ordered, from whatever warehouses; that these have them off their
    /// counters is the stock's own rule.
    private static boolean isTaken(Order order, Reservation held) {
        var taken = held.items().stream()
                .collect(Collectors.groupingBy(HeldLine::itemId, Collectors.summingLong(HeldLine::qty)));
        return held.status().equals("committed") && taken.equals(order.pieces());
    }

    /// What stands alone is a fault only if a checkout asked for it: payment, inventory and shipping have doors of
    /// their own, and whoever goes through them keeps the order elsewhere. Every checkout has claimed its order's
    /// id as a name.
    private void judge(String id, boolean holds, Tally.Rule rule, Tally.Rule other) {
        if (holds || services.engine().named(nameOf(id)).isPresent()) {
            look(rule, id, holds);
        } else {
            tallies.get(other).list(id);
        }
    }

    private void look(Tally.Rule rule, String id, boolean holds) {
        tallies.get(rule).look(id, holds);
    }
}
