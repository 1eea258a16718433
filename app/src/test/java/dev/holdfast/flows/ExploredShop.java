package dev.holdfast.flows;

import dev.holdfast.cart.ExploredCarts;
import dev.holdfast.inventory.ExploredInventory;
import dev.holdfast.inventory.InventoryApi.Reservation;
import dev.holdfast.orders.ExploredOrders;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.payment.ExploredPayment;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Money;
import dev.holdfast.saga.test.Circumstances;
import dev.holdfast.saga.test.End;
import dev.holdfast.saga.test.Explorer;
import dev.holdfast.shipping.ExploredShipping;
import dev.holdfast.shipping.ShippingApi;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The real services on PostgreSQL, without network and server: one set for all schedules, in which every schedule
/// has an order, a product and a cart of its own.
///
/// Inventory and payment go by the database's clock, orders and shipping by the virtual one. Virtual time begins
/// now and runs ahead of the database's, so a deadline never passes at those two by itself: that a hold's time is
/// over is something that happens, and a call that is late is refused by what it finds and not by its deadline.
final class ExploredShop {

    static final int PIECES = 5;
    private static final Money PRICE = Money.of(2_000, "USD");
    private static final Duration HOLD = Duration.ofMinutes(10);

    private final Trouble trouble = new Trouble();
    private final ExploredInventory inventory;
    private final ExploredPayment payment;
    private final ExploredShipping shipping;
    private final ExploredOrders orders;
    private final ExploredCarts carts;
    private final Flows flows;
    private int count;

    ExploredShop(TestDatabase database) {
        this(database, UnaryOperator.identity());
    }

    /// @param planted puts a bug into shipping
    ExploredShop(TestDatabase database, UnaryOperator<ShippingApi> planted) {
        // What is explored is what a crash of a node does; PostgreSQL's own durability is not in question.
        database.execute("ALTER DATABASE " + database.name() + " SET synchronous_commit = off");
        inventory = new ExploredInventory(database, HOLD);
        payment = new ExploredPayment(database, trouble);
        shipping = new ExploredShipping(database, trouble);
        orders = new ExploredOrders(database, trouble.clock());
        carts = new ExploredCarts(database, trouble.clock());
        var labels = planted.apply(shipping.api());
        flows = new Flows(new Participants(
                inventory.api(), payment.api(), orders.api(), labels, carts.api(), trouble.clock(), HOLD));
    }

    /// Explores a flow: all that must hold of its orders, and all that may happen.
    Explorer<Order, CheckoutOrder> explorer(String flow) {
        var definition = flows.named(flow).orElseThrow();
        return Explorer.of(this::order)
                .saga(_ -> definition, Order::payload)
                .sagaId(order -> order.saga)
                .startingAt(Instant::now)
                .refusing(Order::refuse)
                .afterwards(_ -> sweep())
                .meanwhile("the hold lapses and others buy everything", Order::lapse)
                .meanwhile("the sweepers run", _ -> sweep())
                .invariant("stock adds up", Order::stock)
                .invariant("money is taken once, or not at all", Order::money)
                .invariant("one label is live, or none", Order::labels)
                .invariant("the order says how it ended", Order::status)
                .invariant("the cart is closed or given back", Order::cart);
    }

    /// What the services' own audits say of everything that was explored.
    List<String> broken() {
        var broken = new ArrayList<String>();
        inventory.broken().forEach(rule -> broken.add(rule.toString()));
        payment.broken().forEach(check -> broken.add(check.toString()));
        if (shipping.broken() + orders.broken() > 0) {
            broken.add(shipping.broken() + " shipments and " + orders.broken() + " orders contradict themselves");
        }
        return broken;
    }

    private Order order(Circumstances circumstances) {
        trouble.within(circumstances);
        shipping.begin();
        payment.begin();
        return new Order(++count);
    }

    private void sweep() {
        trouble.calm(() -> {
            payment.sweep();
            shipping.sweep();
        });
    }

    /// One schedule's order.
    final class Order {

        private final String before;
        private final String id;
        private final String saga;
        private final String sku;
        private final String cart;
        private final List<String> others = new ArrayList<>();

        private Order(int number) {
            before = "ord-%09d".formatted(number - 1);
            id = "ord-%09d".formatted(number);
            saga = "saga-%09d".formatted(number);
            sku = "sku-%09d".formatted(number);
            cart = "cart-%09d".formatted(number);
            inventory.receive(sku, PIECES);
            carts.frozen(cart, saga);
        }

        private CheckoutOrder payload() {
            return new CheckoutOrder(
                    id,
                    cart,
                    null,
                    List.of(new OrderLine(sku, "A thing", 2, Money.of(1_000, "USD"))),
                    PRICE,
                    new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US"),
                    List.of("pm_card_visa"),
                    "standard");
        }

        /// The participants that can say no say it themselves.
        private boolean refuse(String step) {
            switch (step) {
                case "reserve-inventory" -> others();
                case "pin-reservation" -> inventory.lapse(id);
                case "authorize-payment", "charge-payment" -> payment.decline();
                case "create-order" -> orders.api().cancel(id, "cancelled before it was made");
                case "create-label" -> shipping.decline();
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void lapse() {
            inventory.lapse(id);
            others();
        }

        private void others() {
            others.add("other-%d-%s".formatted(others.size() + 1, sku));
            inventory.sellOut(sku, others.getLast());
        }

        private Optional<String> stock(End end) {
            var stock = inventory.api().availability(List.of(sku)).getFirst();
            var held = inventory.api().find(id);
            var mine = piecesIn(held, "held", "pinned");
            var sold = piecesIn(held, "committed");
            var reserved = mine
                    + others.stream()
                            .mapToLong(other -> piecesIn(inventory.api().find(other), "pinned"))
                            .sum();
            var expected = end.completed() ? 2 : 0;
            return stock.available() >= 0
                            && stock.reserved() == reserved
                            && stock.available() + reserved + sold == PIECES
                            && mine == 0
                            && sold == expected
                    ? Optional.empty()
                    : Optional.of("%d available, %d reserved, %d of them for this order, %d sold of %d"
                            .formatted(stock.available(), stock.reserved(), mine, sold, PIECES));
        }

        private static long piecesIn(Optional<Reservation> reservation, String... states) {
            return reservation.stream()
                    .filter(each -> List.of(states).contains(each.status()))
                    .flatMap(each -> each.items().stream())
                    .mapToLong(line -> line.qty())
                    .sum();
        }

        private Optional<String> money(End end) {
            var provider = payment.atProvider(id);
            var total = end.completed() ? PRICE.amount() : 0;
            if (provider.pending() != 0 || provider.paid() != total || provider.charges() > 1) {
                return Optional.of("the provider has " + provider + ", it should have " + total);
            }
            var books = payment.money(before, id);
            var paid = books.map(money ->
                            money.captured().amount() - money.refunded().amount())
                    .orElse(0L);
            var pending = books.map(money -> money.authorized().amount()).orElse(0L);
            return paid == total && pending == 0
                    ? Optional.empty()
                    : Optional.of("the books have %d paid and %d authorized, not %d".formatted(paid, pending, total));
        }

        private Optional<String> labels(End end) {
            var atCarriers = shipping.atCarriers(id);
            var live = shipping.live(before, id);
            var expected = end.completed() && labelled(end) ? 1 : 0;
            return atCarriers == expected && live == expected
                    ? Optional.empty()
                    : Optional.of("%d live labels at the carriers, %d here".formatted(atCarriers, live));
        }

        private static boolean labelled(End end) {
            return end.log().stream().anyMatch(row -> "create-label".equals(row.step()));
        }

        private Optional<String> status(End end) {
            var status = orders.status(id);
            var fits = end.completed()
                    ? status.equals("confirmed")
                    : List.of("none", "cancelled").contains(status);
            return fits ? Optional.empty() : Optional.of("it is " + status);
        }

        private Optional<String> cart(End end) {
            var status = carts.status(cart);
            return status.equals(end.completed() ? "gone" : "free") ? Optional.empty() : Optional.of("it is " + status);
        }
    }
}
