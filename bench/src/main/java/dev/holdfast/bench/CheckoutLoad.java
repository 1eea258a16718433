package dev.holdfast.bench;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Money;
import java.util.List;
import java.util.Random;

/// Orders of two lines over many products: what every contender is given. Any thread may ask.
final class CheckoutLoad {

    static final int LINES_PER_ORDER = 2;

    /// Of every product: more than any run sells.
    static final long STOCK = 1_000_000_000;

    static final Money PRICE = Money.of(999, "USD");

    private static final Address ADDRESS = new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US");

    private final int products;
    private final Random random = new Random(1);

    /// @param products 2 or more
    CheckoutLoad(int products) {
        this.products = products;
    }

    static String product(int number) {
        return "sku-" + number;
    }

    /// Two different ones: lines of one product are one movement of stock, and every order is to cost the same.
    static List<String> twoProducts(Random random, int products) {
        int first = random.nextInt(products);
        int second = (first + 1 + random.nextInt(products - 1)) % products;
        return List.of(product(first), product(second));
    }

    synchronized CheckoutOrder next() {
        return orderOf(twoProducts(random, products), "pm_card_visa");
    }

    /// @param skus a piece of each
    /// @param method the payment method
    static CheckoutOrder orderOf(List<String> skus, String method) {
        var id = Ids.next("");
        var lines = skus.stream()
                .map(product -> new OrderLine(product, "A thing", 1, PRICE))
                .toList();
        return new CheckoutOrder(
                "ord_" + id,
                "cart_" + id,
                null,
                lines,
                Money.of(PRICE.amount() * skus.size(), "USD"),
                ADDRESS,
                List.of(method),
                "standard");
    }
}
