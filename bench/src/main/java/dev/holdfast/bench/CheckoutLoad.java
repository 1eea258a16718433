package dev.holdfast.bench;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Orders of two lines over many products: what every contender is given.
final class CheckoutLoad {

    static final int LINES_PER_ORDER = 2;

    /// Of every product: more than any run sells.
    static final long STOCK = 1_000_000_000;

    private static final Address ADDRESS = new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US");

    private final int products;
    private final Random random = new Random(1);

    CheckoutLoad(int products) {
        this.products = products;
    }

    static String product(int number) {
        return "sku-" + number;
    }

    CheckoutOrder next() {
        var id = Ids.next("");
        var lines = new ArrayList<OrderLine>();
        for (int i = 0; i < LINES_PER_ORDER; i++) {
            lines.add(new OrderLine(product(random.nextInt(products)), "A thing", 1, Money.of(999, "USD")));
        }
        return new CheckoutOrder(
                "ord_" + id,
                "cart_" + id,
                null,
                lines,
                Money.of(999L * LINES_PER_ORDER, "USD"),
                ADDRESS,
                List.of("pm_card_visa"),
                "standard");
    }
}
