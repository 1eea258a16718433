package dev.holdfast.replay;

import dev.holdfast.platform.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;

/// What the shop takes of what a file may hold. It is asked before a request is made, so that a row or an invoice
/// that the shop would refuse fails alone, with its reason, and never the opening or the run that it is part of.
final class Limits {

    /// A receipt of stock.
    static final long MOST_RECEIVED = 1_000_000_000;

    private static final int LONGEST_ID = 50;
    private static final int MOST_PIECES = 1_000_000;
    private static final BigDecimal HIGHEST_PRICE = BigDecimal.valueOf(10_000_000_000L);
    private static final int MOST_LINES = 2_000;
    private static final BigInteger HIGHEST_TOTAL = BigInteger.valueOf(1_000_000_000_000_000L);

    /// Narrower than other ids, as orders are named after invoices and carriers print those names.
    private static final Pattern INVOICE = Pattern.compile("[A-Za-z0-9._:-]{1," + LONGEST_ID + "}");

    /// Payment methods are named after customers, and providers take visible ASCII.
    private static final Pattern CUSTOMER = Pattern.compile("[\\x21-\\x7e]{1," + LONGEST_ID + "}");

    private Limits() {}

    /// @param row one that is to be sold
    /// @throws IllegalArgumentException with the column, its value and what is wrong with it
    static void check(RetailRow row) {
        require(
                "InvoiceNo",
                row.invoice(),
                INVOICE.matcher(row.invoice()).matches()
                        ? null
                        : "must be 1 to " + LONGEST_ID + " letters, digits, '.', '_', ':' or '-'");
        require("StockCode", row.product(), Text.skuFlaw(row.product()));
        if (row.customerId() != null) {
            require("CustomerID", row.customerId(), customerFlaw(row.customerId()));
        }
        require(
                "Quantity",
                String.valueOf(row.quantity()),
                row.quantity() > MOST_PIECES ? "must be at most " + MOST_PIECES : null);
        require(
                "UnitPrice",
                row.unitPrice().toPlainString(),
                row.unitPrice().compareTo(HIGHEST_PRICE) > 0 ? "must be at most " + HIGHEST_PRICE : null);
    }

    /// Rows that are right each may be too much together.
    ///
    /// @return the reason why the shop would take no cart of these lines, or null
    static String refusal(List<RetailRow> lines) {
        if (lines.size() > MOST_LINES) {
            return "too-many-lines";
        }
        // Exact: a thousand of the highest lines are more than 63 bits hold.
        var total = lines.stream()
                .map(line -> BigInteger.valueOf(line.pence()).multiply(BigInteger.valueOf(line.quantity())))
                .reduce(BigInteger.ZERO, BigInteger::add);
        return total.compareTo(HIGHEST_TOTAL) > 0 ? "total-too-high" : null;
    }

    private static String customerFlaw(String customer) {
        return CUSTOMER.matcher(customer).matches()
                ? Text.idFlaw(customer)
                : "must be 1 to " + LONGEST_ID + " visible ASCII characters";
    }

    private static void require(String column, String text, String flaw) {
        if (flaw != null) {
            throw new IllegalArgumentException(column + " '" + text + "' " + flaw);
        }
    }
}
