package dev.holdfast.orders;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// The books of this service, for an audit: computed from the tables alone, in short statements, whatever the code
/// that wrote them believes. Tombstones (orders that never were) count only where said.
public interface OrderBooks {

    /// Orders, tombstones included, whose `order_events` are no chain of allowed transitions from nothing to the
    /// status they have now.
    long broken();

    /// Orders in created or reserved, in order of their ids. When no saga is running there should be none.
    ///
    /// @param after the last order id of the page before, or null
    /// @param limit 1 to 10,000
    List<OpenOrder> open(String after, int limit);

    /// All orders in order of their ids.
    ///
    /// @param after the last order id of the page before, or null
    /// @param limit 1 to 10,000
    List<OrderTotals> totals(String after, int limit);

    /// The pieces of each product in each of these orders, all lines of a product together.
    Map<String, Map<String, Long>> pieces(Collection<String> orderIds);

    /// How each of these orders stands; one that there is not (or only as a tombstone) is missing.
    Map<String, Standing> standing(Collection<String> orderIds);

    /// How many orders there are in each status; a status without orders is left out.
    Map<String, Long> countByStatus();

    record OpenOrder(String orderId, String status, Instant updatedAt) {}

    /// @param userId null for a guest
    /// @param total in decimals
    record Standing(String status, String userId, BigDecimal total, String currency) {}

    /// @param total as the order says, in decimals
    /// @param items the sum of its lines
    record OrderTotals(String orderId, String status, BigDecimal total, String currency, BigDecimal items) {}
}
