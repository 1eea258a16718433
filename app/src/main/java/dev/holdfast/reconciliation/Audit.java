package dev.holdfast.reconciliation;

import dev.holdfast.inventory.InventoryBooks;
import dev.holdfast.notification.NotificationBooks;
import dev.holdfast.orders.OrderBooks;
import dev.holdfast.orders.OrderBooks.OpenOrder;
import dev.holdfast.payment.PaymentBooks;
import dev.holdfast.platform.events.OutboxView;
import dev.holdfast.saga.SagaBooks;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.shipping.ShippingBooks;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The invariants of the whole, each from what the services' own books say. Everything is read in short
/// transactions, page by page, so an audit may run beside the load; what only holds when all is quiet is checked
/// only then.
final class Audit {

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final int PAGE = 1_000;

    private final Services services;
    private final Clock clock;

    Audit(Services services, Clock clock) {
        this.services = services;
        this.clock = clock;
    }

    /// What holds at rest only is believed only when nobody has begun anything while it was looked at: the books
    /// are read one after the other, and an order placed in between would be in some of them.
    ///
    /// @param patience how long to wait for the shop to become quiet before it is audited as it is
    Report run(Duration patience) throws SQLException, InterruptedException {
        var giveUp = clock.instant().plus(patience);
        while (true) {
            var before = new Sagas(services.sagas().count(), services.sagas().dropped());
            var busy = awaitQuiet(giveUp);
            var checks = always();
            if (busy.isEmpty()) {
                var atRest = atRest();
                busy = busySince(before);
                if (busy.isEmpty()) {
                    checks.addAll(atRest);
                } else if (clock.instant().isBefore(giveUp)) {
                    continue;
                }
            }
            var clean = checks.stream().allMatch(check -> check.broken() == 0);
            return new Report(clock.instant(), busy.isEmpty(), busy, clean, checks);
        }
    }

    private List<Check> always() throws SQLException {
        var checks = new ArrayList<Check>();
        checks.addAll(stock());
        checks.addAll(money());
        checks.add(transitions());
        checks.addAll(named(services.sagas().always()));
        checks.addAll(services.logs().checks());
        checks.addAll(List.of(
                services.tables().tasks(),
                services.tables().names(),
                services.tables().startKeys()));
        var shipments = services.shipping().shipments();
        checks.add(Check.of("labels", "a shipment has at most one live label", shipments.looked(), shipments.broken()));
        checks.addAll(gaps());
        return checks;
    }

    private List<Check> atRest() throws SQLException {
        var checks = new ArrayList<Check>();
        var undecided = undecided();
        checks.add(openOrders(undecided));
        checks.addAll(named(services.sagas().atRest()));
        var atCarriers = services.shipping().shipmentsAtCarriers();
        checks.add(Check.of(
                "labels",
                "the carriers know at most one live label per shipment",
                atCarriers.looked(),
                atCarriers.broken()));
        var labels = services.shipping().labelsAtCarriers();
        checks.add(new Check(
                "labels",
                "a label that is live at a carrier is a shipment's",
                labels.looked(),
                labels.broken(),
                labels.example()));
        checks.addAll(outboxes());
        checks.addAll(new OrderByOrder(services, undecided).checks());
        checks.addAll(new SagaByOrder(services).checks());
        return checks;
    }

    /// Sagas that were dropped would hide as many that were started.
    private List<String> busySince(Sagas before) throws SQLException {
        var busy = busy();
        var more = services.sagas().count() - before.count();
        if (more > 0) {
            busy.add(more + " sagas were started while the books were read");
        }
        var gone = services.sagas().dropped() - before.dropped();
        if (gone > 0) {
            busy.add(gone + " old sagas were dropped while the books were read");
        }
        return busy;
    }

    private record Sagas(long count, long dropped) {}

    /// @return what is still under way, nothing when all is quiet
    private List<String> awaitQuiet(Instant giveUp) throws SQLException, InterruptedException {
        var busy = busy();
        while (!busy.isEmpty() && clock.instant().isBefore(giveUp)) {
            Thread.sleep(LOOK_EVERY);
            busy = busy();
        }
        return busy;
    }

    /// Quiet: no saga running or compensating on any node, no provider's or carrier's answer open, every event
    /// delivered.
    private List<String> busy() throws SQLException {
        var busy = new ArrayList<String>();
        var running = services.sagas().running();
        if (running > 0 || !services.engine().quiet()) {
            busy.add("sagas are running or compensating" + (running > 0 ? ", " + running + " on all nodes" : ""));
        }
        var open = services.payment().open();
        if (open > 0) {
            busy.add(open + " answers of payment providers are open");
        }
        services.shipping().unsettled().forEach((status, count) -> busy.add(count + " labels are " + status));
        for (var outbox : services.outboxes()) {
            var pending = outbox.backlog().pending();
            if (pending > 0) {
                busy.add(pending + " events of " + outbox.service() + " are undelivered");
            }
        }
        return busy;
    }

    private List<Check> stock() {
        var audit = services.inventory().audit();
        return audit.rules().stream()
                .map(rule -> new Check(
                        "stock", rule.name().replace('-', ' '), audit.stockRows(), rule.broken(), rule.example()))
                .toList();
    }

    private List<Check> money() {
        return services.payment().checks().stream()
                .map(check -> new Check(
                        "money",
                        check.invariant(),
                        check.looked(),
                        check.broken(),
                        check.examples().isEmpty() ? null : String.join(", ", check.examples())))
                .toList();
    }

    private Check transitions() {
        return Check.of(
                "orders",
                "every status was reached by valid transitions",
                sum(services.orders().countByStatus()),
                services.orders().broken());
    }

    /// A saga that waits, for a customer's other card or for a person because it is parked, is not in flight, and
    /// everything may be quiet around it; its order may stand anywhere between created and confirmed.
    ///
    /// @return the orders of such sagas
    private Set<String> undecided() throws SQLException {
        var undecided = new HashSet<String>();
        var page = services.sagas().undecided(null, PAGE);
        while (!page.isEmpty()) {
            var unreadable = new ArrayList<String>();
            for (var saga : page) {
                Carried.in(saga.payload())
                        .ifPresentOrElse(
                                carried -> undecided.add(carried.orderId()), () -> unreadable.add(saga.sagaId()));
            }
            if (!unreadable.isEmpty()) {
                undecided.addAll(services.tables().ordersOf(unreadable).values());
            }
            page = services.sagas().undecided(page.getLast().sagaId(), PAGE);
        }
        return undecided;
    }

    private Check openOrders(Set<String> undecided) {
        var stranded = new ArrayList<String>();
        var page = services.orders().open(null, PAGE);
        while (!page.isEmpty()) {
            page.stream()
                    .map(OpenOrder::orderId)
                    .filter(id -> !undecided.contains(id))
                    .forEach(stranded::add);
            page = services.orders().open(page.getLast().orderId(), PAGE);
        }
        return new Check(
                "orders",
                "no order is created or reserved without a live saga",
                sum(services.orders().countByStatus()),
                stranded.size(),
                stranded.isEmpty() ? null : stranded.getFirst());
    }

    private static List<Check> named(List<SagaBooks.Rule> rules) {
        return rules.stream()
                .map(rule -> new Check("sagas", rule.name(), rule.looked(), rule.broken(), rule.example()))
                .toList();
    }

    private List<Check> gaps() throws SQLException {
        var checks = new ArrayList<Check>();
        for (var outbox : services.outboxes()) {
            var gaps = outbox.brokenRuns();
            checks.add(new Check(
                    "events",
                    outbox.service() + ": what is undelivered of a subject has no gap",
                    outbox.backlog().pending(),
                    gaps.size(),
                    gaps.isEmpty() ? null : gaps.getFirst().subject()));
        }
        return checks;
    }

    private List<Check> outboxes() throws SQLException {
        var checks = new ArrayList<Check>();
        for (var outbox : services.outboxes()) {
            var pending = outbox.backlog().pending();
            checks.add(Check.of("events", outbox.service() + ": the outbox is empty", pending, pending));
        }
        return checks;
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /// Whose books are read.
    ///
    /// @param outboxes of the services that have events
    record Services(
            InventoryBooks inventory,
            PaymentBooks payment,
            OrderBooks orders,
            ShippingBooks shipping,
            NotificationBooks notification,
            SagaBooks sagas,
            SagaTables tables,
            SagaLogs logs,
            SagaEngine engine,
            List<OutboxView> outboxes) {}

    /// @param quiet whether nothing was in flight; if not, what holds only then was left out
    /// @param busy what was in flight, in words
    /// @param clean whether every check holds
    record Report(Instant at, boolean quiet, List<String> busy, boolean clean, List<Check> checks) {}
}
