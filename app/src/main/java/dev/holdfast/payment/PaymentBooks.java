package dev.holdfast.payment;

import dev.holdfast.platform.Money;
import java.util.List;

/// What an audit may ask about money. Everything is counted in short transactions, page by page, so that it can run
/// beside the load.
public interface PaymentBooks {

    /// Checks every invariant of the payment service, its provider's books included. What changes while it is being
    /// compared is looked at once more before it counts as broken.
    List<Check> checks();

    /// Calls without an answer and undone money that has not gone back yet: zero when all is quiet.
    long open();

    /// Money per order, in order-id order; orders without a payment are left out.
    ///
    /// @param afterOrderId the last order of the page before, or an empty string
    /// @param limit 1 to 10,000
    List<OrderMoney> money(String afterOrderId, int limit);

    /// @param invariant what must hold, as a sentence
    /// @param looked how many rows it was checked on
    /// @param broken how many break it; 0 when all is well
    /// @param examples ids of some that do, at most 10
    record Check(String invariant, long looked, long broken, List<String> examples) {}

    /// @param authorized set aside at a provider and neither captured nor released
    /// @param captured taken in all, including what was refunded
    record OrderMoney(String orderId, Money authorized, Money captured, Money refunded) {}
}
