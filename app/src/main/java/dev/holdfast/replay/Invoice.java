package dev.holdfast.replay;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;

/// An invoice as far as it can be sold: the lines with a price and a quantity.
///
/// @param customerId null for a guest
record Invoice(String number, LocalDateTime at, String customerId, String country, List<RetailRow> lines) {

    static Invoice startedBy(RetailRow row) {
        return new Invoice(row.invoice(), row.at(), row.customerId(), row.country(), new ArrayList<>());
    }

    /// The order this invoice becomes: always the same, so that a run can be resumed and its faults repeat.
    String orderId() {
        return "ord_" + number;
    }

    String cartId() {
        return "cart_" + number;
    }

    String userId() {
        return customerId == null ? null : "usr_" + customerId;
    }
}
