package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.catalog.CatalogApi.Size;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import java.math.BigDecimal;

/// What a product must be, whichever way it comes in: over HTTP, in a file, from another package.
final class ProductRules {

    private static final int LONGEST_NAME = 500;

    /// 10^12 minor units. A line of 1,000,000 units of it still fits 63 bits.
    private static final long HIGHEST_PRICE = 1_000_000_000_000L;

    private static final BigDecimal HEAVIEST_KG = BigDecimal.valueOf(100_000);
    private static final BigDecimal LONGEST_CM = BigDecimal.valueOf(100_000);

    private ProductRules() {}

    /// @param member as callers name it, in JSON and in a file's header
    /// @param reason what is wrong, to be read after the member's name
    record Flaw(String member, String reason) {

        ProblemException problem() {
            return ProblemException.invalid("#/" + member, reason);
        }
    }

    /// @return the first rule that `product` breaks, or null
    static Flaw flaw(Product product) {
        var sku = product.sku() == null ? "is missing" : Text.skuFlaw(product.sku());
        if (sku != null) {
            return new Flaw("sku", sku);
        }
        var name = product.name() == null ? "is missing" : Text.flaw(product.name(), LONGEST_NAME);
        if (name != null) {
            return new Flaw("name", name);
        }
        var price = priceFlaw(product.price());
        if (price != null) {
            return new Flaw("price", price);
        }
        if (product.weightKg() != null && !within(product.weightKg(), HEAVIEST_KG)) {
            return new Flaw("weight", "must be above 0 and at most " + HEAVIEST_KG + " kg");
        }
        return product.dimensions() == null ? null : sizeFlaw(product.dimensions());
    }

    private static String priceFlaw(Money price) {
        if (price == null) {
            return "is missing";
        }
        if (price.amount() < 1) {
            return "must be above zero, not " + price;
        }
        return price.amount() > HIGHEST_PRICE ? "must be at most " + new Money(HIGHEST_PRICE, price.currency()) : null;
    }

    private static Flaw sizeFlaw(Size size) {
        boolean whole = size.length() != null && size.width() != null && size.height() != null;
        if (!whole) {
            return new Flaw("dimensions", "must have length, width and height, or be left out");
        }
        boolean right = within(size.length(), LONGEST_CM)
                && within(size.width(), LONGEST_CM)
                && within(size.height(), LONGEST_CM);
        return right ? null : new Flaw("dimensions", "must each be above 0 and at most " + LONGEST_CM + " cm");
    }

    private static boolean within(BigDecimal value, BigDecimal most) {
        return value.signum() > 0 && value.compareTo(most) <= 0;
    }
}
