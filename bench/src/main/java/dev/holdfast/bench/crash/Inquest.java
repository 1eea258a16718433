package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.Door.Call;
import dev.holdfast.bench.crash.Ledger.DirectPayment;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Holds what customers were told against what the shop says when all is quiet: over HTTP for those of this round,
/// and in its tables for everybody since the folder was new.
final class Inquest {

    private static final int AT_ONCE = 16;

    private final Grounds grounds;
    private final Ledger ledger;

    Inquest(Grounds grounds) {
        this.grounds = grounds;
        this.ledger = grounds.ledger();
    }

    /// @param round the checkouts of this round
    /// @return everything found broken since the folder was new, by customers on the way too
    List<Finding> findings(List<Told> round) throws IOException, SQLException, InterruptedException {
        ask(round);
        try (var db = grounds.postgres().connect()) {
            read(db);
        }
        return ledger.findings();
    }

    /// Sends every accepted request of the round once more, under its key, and reads its order.
    private void ask(List<Told> round) throws IOException, InterruptedException {
        var permits = new Semaphore(AT_ONCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked = round.stream()
                    .filter(Told::accepted)
                    .<Callable<Void>>map(told -> () -> {
                        permits.acquire();
                        try {
                            return ask(told);
                        } finally {
                            permits.release();
                        }
                    })
                    .toList();
            for (var answer : threads.invokeAll(asked)) {
                answer.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    private Void ask(Told told) throws IOException, InterruptedException {
        var again = Call.send("POST", "/v1/checkout", told.request(), told.key());
        told.hear(grounds.door().send(again.waiting(10)));
        var order = grounds.door().send(Call.get("/v1/orders/" + told.orderId()));
        var confirmed = order.ok() && order.text("status").equals("confirmed");
        ledger.look(
                Rule.ORDER,
                told.completed() == confirmed,
                told.orderId(),
                told + ": its order was answered " + order.status() + " " + order.body());
        return null;
    }

    private void read(Connection db) throws SQLException {
        var rows = ShopRows.read(db);
        var accepted = ledger.checkouts().stream().filter(Told::accepted).toList();
        var sold = new HashMap<String, Long>();
        for (var told : accepted) {
            saga(told, rows);
            order(told, rows, sold);
            money(told, rows);
        }
        carts(accepted);
        unasked(accepted, rows);
        direct(rows, sold);
        stock(rows, sold);
    }

    private void saga(Told told, ShopRows rows) {
        var saga = rows.sagas().get(told.sagaId());
        ledger.look(
                Rule.SAGA,
                saga != null && saga.orderId().equals(told.orderId()),
                told.orderId(),
                told + ": the saga on record is " + saga);
        ledger.look(
                Rule.OUTCOME,
                saga == null || saga.status().equalsIgnoreCase(told.status()),
                told.orderId(),
                told + ": the saga on record is " + saga);
    }

    private void order(Told told, ShopRows rows, Map<String, Long> sold) {
        var order = rows.orders().get(told.orderId());
        var live = order != null && !order.status().equals("cancelled");
        var basket = order == null ? null : told.basketAt(order.cents());
        var right = told.completed() ? live && order.status().equals("confirmed") && basket != null : !live;
        ledger.look(Rule.ORDER, right, told.orderId(), told + ": the order on record is " + order);
        if (told.completed() && basket != null) {
            basket.pieces().forEach((sku, quantity) -> sold.merge(sku, (long) quantity, Long::sum));
        }
    }

    private void money(Told told, ShopRows rows) {
        var order = rows.orders().get(told.orderId());
        var money = rows.moneyOf(told.orderId());
        var owed = told.completed() && order != null ? order.cents() : 0;
        ledger.look(
                Rule.MONEY,
                money.keptCents() == owed && money.authorizedCents() == 0,
                told.orderId(),
                told + ": owed " + owed + " cents, on record is " + money);
    }

    private void carts(List<Told> accepted) {
        var byCart = accepted.stream()
                .filter(told -> !"failed".equals(told.status()))
                .collect(Collectors.groupingBy(Told::cartId));
        ledger.looked(Rule.CART, byCart.size());
        byCart.values().stream()
                .filter(orders -> orders.size() > 1)
                .forEach(orders -> ledger.object(
                        Rule.CART, orders.toString(), orders.getFirst().orderId()));
    }

    /// Everybody asks until he is told, so the shop may know of nothing that nobody was told of.
    private void unasked(List<Told> accepted, ShopRows rows) {
        var sagas = accepted.stream().collect(Collectors.toMap(Told::sagaId, Function.identity(), (one, two) -> {
            ledger.object(Rule.KEY, one + " and " + two + " have one saga", one.orderId());
            return one;
        }));
        rows.sagas()
                .forEach((id, saga) -> ledger.look(
                        Rule.UNASKED, sagas.containsKey(id), saga.orderId(), "saga " + id + " is nobody's: " + saga));
        var orders = accepted.stream().map(Told::orderId).collect(Collectors.toCollection(HashSet::new));
        rows.orders()
                .forEach((id, order) ->
                        ledger.look(Rule.UNASKED, orders.contains(id), id, "order " + id + " is nobody's: " + order));
        ledger.payments().forEach(payment -> orders.add(payment.orderId()));
        rows.money()
                .forEach((id, money) -> ledger.look(
                        Rule.UNASKED,
                        !money.any() || orders.contains(id),
                        id,
                        "money of order " + id + " is nobody's: " + money));
    }

    private void direct(ShopRows rows, Map<String, Long> sold) {
        for (var hold : ledger.holds()) {
            var status = rows.reservations().get(hold.reservationId());
            ledger.look(
                    Rule.DIRECT,
                    (hold.taken() ? "committed" : "released").equals(status),
                    hold.reservationId(),
                    hold + " is " + status);
            if (hold.taken()) {
                sold.merge(hold.sku(), (long) hold.quantity(), Long::sum);
            }
        }
        ledger.payments().forEach(payment -> direct(payment, rows));
    }

    private void direct(DirectPayment payment, ShopRows rows) {
        var money = rows.moneyOf(payment.orderId());
        var status = payment.paymentId() == null ? null : rows.payments().get(payment.paymentId());
        ledger.look(
                Rule.DIRECT,
                money.keptCents() == payment.capturedCents() - payment.refundedCents()
                        && money.refundedCents() == payment.refundedCents()
                        && money.authorizedCents() == 0
                        && Objects.equals(status, payment.status()),
                payment.orderId(),
                payment + ": on record is " + money + ", " + status);
    }

    private void stock(ShopRows rows, Map<String, Long> sold) {
        grounds.shelf().received().forEach((sku, received) -> {
            var left = rows.available().get(sku);
            var gone = sold.getOrDefault(sku, 0L);
            ledger.look(
                    Rule.STOCK,
                    left != null && left == received - gone,
                    null,
                    sku + ": received " + received + ", sold to those who were told so " + gone + ", left " + left);
        });
    }
}
