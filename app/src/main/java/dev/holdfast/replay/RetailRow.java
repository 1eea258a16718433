package dev.holdfast.replay;

import java.math.BigDecimal;
import java.time.LocalDateTime;

/// One line of an invoice, in the columns of the UCI "Online Retail" data set.
///
/// @param line the row's line in the file, the header being line 1
/// @param customerId null when the row names none
/// @param unitPrice in GBP, with as many decimals as the file has
record RetailRow(
        long line,
        String invoice,
        String product,
        String description,
        int quantity,
        LocalDateTime at,
        BigDecimal unitPrice,
        String customerId,
        String country) {

    /// In UTF-16 units the catalog takes 500, and each of these is at most two.
    private static final int LONGEST_NAME = 250;

    /// What becomes of the row.
    Fate fate() {
        if (invoice.startsWith("C")) {
            return Fate.CANCELLATION;
        }
        if (invoice.startsWith("A")) {
            return Fate.ADJUSTMENT;
        }
        if (quantity <= 0) {
            return Fate.STOCK_WRITE_OFF;
        }
        if (unitPrice.signum() == 0) {
            return Fate.ZERO_PRICE;
        }
        if (unitPrice.signum() < 0) {
            return Fate.NEGATIVE_PRICE;
        }
        return unitPrice.stripTrailingZeros().scale() > 2 ? Fate.FRACTION_OF_A_PENNY : Fate.SOLD;
    }

    /// The price of one piece, of a row that is to be sold.
    long pence() {
        return unitPrice.movePointRight(2).longValueExact();
    }

    /// What the catalog may call the product: names have limits that descriptions have not.
    String name() {
        var name = shown(description, LONGEST_NAME);
        return name.isEmpty() ? product : name;
    }

    /// What the shop takes of a text: no control characters, no half of a surrogate pair, not too much.
    ///
    /// @param longest in code points
    static String shown(String text, int longest) {
        return text.codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
                .limit(longest)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
    }

    /// In the order in which the table tells them.
    enum Fate {
        SOLD("to be sold"),
        CANCELLATION("cancellation (C...)"),
        ADJUSTMENT("adjustment (A...)"),
        STOCK_WRITE_OFF("stock write-off (quantity below 1)"),
        ZERO_PRICE("price zero"),
        NEGATIVE_PRICE("price negative"),
        FRACTION_OF_A_PENNY("price with a fraction of a penny"),
        UNREADABLE("unreadable");

        private final String words;

        Fate(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }
}
