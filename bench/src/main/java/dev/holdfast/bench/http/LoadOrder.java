package dev.holdfast.bench.http;

/// What the load generator is to do.
///
/// @param shop where it listens
/// @param checkouts how many
/// @param atOnce customers at the same time, at most. Each has a connection
/// @param perSecond arrivals by schedule (an open loop); 0: the next comes when one has left (a closed one)
/// @param products the products sold are `sku-0` and so on
public record LoadOrder(String shop, int checkouts, int atOnce, double perSecond, int products) {

    public LoadOrder {
        if (checkouts < 1 || atOnce < 1 || perSecond < 0 || products < 2) {
            throw new IllegalArgumentException("nothing to do: " + checkouts + " checkouts, " + atOnce + " at once, "
                    + perSecond + " a second, " + products + " products");
        }
    }

    boolean open() {
        return perSecond > 0;
    }

    /// When a customer is due, after the begin.
    long dueNanos(int number) {
        return Math.round(number * 1e9 / perSecond);
    }
}
