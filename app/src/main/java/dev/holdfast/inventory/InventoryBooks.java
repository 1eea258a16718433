package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Reservation;
import java.util.List;

/// The books of stock, for whoever checks them: figures and records to compare with other services' without reading
/// their tables.
public interface InventoryBooks {

    /// Checks every stock row against the ledger and the reservations. Each rule is a statement (and so a snapshot)
    /// of its own: no reader's snapshot is kept open over hot rows for the length of an audit.
    StockAudit audit();

    /// All reservations in the order of their ids, with the status as recorded.
    ///
    /// @param after the last reservation id of the page before, or null
    /// @param limit 1 to 1,000
    List<Reservation> reservations(String after, int limit);

    /// @param stockRows rows of product and warehouse that were checked
    /// @param movements rows of the ledger
    /// @param rules one per invariant
    record StockAudit(long stockRows, long movements, List<Rule> rules) {

        /// Whether every rule holds.
        public boolean holds() {
            return rules.stream().allMatch(rule -> rule.broken() == 0);
        }
    }

    /// @param name `available-not-negative`, `reserved-not-negative`, `conserved` (available + reserved + committed
    ///     = received + corrected + returned, corrections having a sign), `counters-are-the-ledger`,
    ///     `reserved-is-what-live-reservations-hold`, `committed-is-what-committed-reservations-took` (pieces
    ///     brought back later included: a return is a movement of its own and does not lower it) or
    ///     `returned-is-what-reservations-gave-back`
    /// @param broken rows of product and warehouse that break it
    /// @param example one of them, `product @ warehouse`, or null
    record Rule(String name, long broken, String example) {}
}
