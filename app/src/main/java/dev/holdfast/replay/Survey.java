package dev.holdfast.replay;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a first reading of the file tells: the products and their demand, the customers, and what becomes of each
/// row and invoice. Keeps one entry per product, customer and invoice, none per row.
final class Survey {

    private static final int SENTENCES_KEPT = 20;

    private final RetailFile file;
    private final Map<RetailRow.Fate, Long> rows = new EnumMap<>(RetailRow.Fate.class);
    private final Map<String, Product> products = new LinkedHashMap<>();
    private final Map<String, String> customers = new LinkedHashMap<>();
    private final Map<String, Rows> invoices = new HashMap<>();
    private final List<String> unreadable = new ArrayList<>();
    private long rowsOfNoInvoice;
    private String digest;

    private Survey(RetailFile file) {
        this.file = file;
    }

    static Survey of(RetailFile file) throws IOException {
        var survey = new Survey(file);
        survey.digest = file.read(survey::count, survey::countUnreadable);
        return survey;
    }

    /// Reads the file again and hands over each invoice that has something to sell, once its last row was read, as
    /// long as they are taken.
    void invoices(Taker taker) throws IOException {
        var reading = new Reading(taker);
        try {
            file.read(reading::row, row -> reading.rowOf(row.invoice()));
        } catch (Enough enough) {
            // What follows in the file is not asked for.
        }
    }

    /// Rows by what becomes of them.
    Map<RetailRow.Fate, Long> rows() {
        return rows;
    }

    long rowsInAll() {
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }

    /// The first sentences about rows that cannot be read.
    List<String> unreadable() {
        return unreadable;
    }

    /// Rows that cannot be read, and of which not even the invoice can.
    long rowsOfNoInvoice() {
        return rowsOfNoInvoice;
    }

    List<Product> products() {
        return List.copyOf(products.values());
    }

    /// Country by customer id.
    Map<String, String> customers() {
        return customers;
    }

    int invoicesInAll() {
        return invoices.size();
    }

    long invoicesToSell() {
        return invoicesByKind().getOrDefault(RetailRow.Fate.SOLD, 0L);
    }

    /// Each invoice once: as sold when one of its rows is, otherwise under the first kind, in the order of
    /// [RetailRow.Fate], that any of its rows is of.
    Map<RetailRow.Fate, Long> invoicesByKind() {
        var kinds = new EnumMap<RetailRow.Fate, Long>(RetailRow.Fate.class);
        invoices.values().forEach(invoice -> kinds.merge(invoice.kind, 1L, Long::sum));
        return kinds;
    }

    /// Identifies the rows of the file, however it is named or packed.
    String digest() {
        return digest;
    }

    private void count(RetailRow row) {
        var fate = row.fate();
        rows.merge(fate, 1L, Long::sum);
        invoices.computeIfAbsent(row.invoice(), number -> new Rows()).add(fate);
        if (fate != RetailRow.Fate.SOLD) {
            return;
        }
        products.merge(row.product(), Product.of(row), Product::with);
        if (row.customerId() != null) {
            customers.putIfAbsent(row.customerId(), row.country());
        }
    }

    private void countUnreadable(RetailFile.Unreadable row) {
        rows.merge(RetailRow.Fate.UNREADABLE, 1L, Long::sum);
        if (row.invoice() == null) {
            rowsOfNoInvoice++;
        } else {
            invoices.computeIfAbsent(row.invoice(), number -> new Rows()).add(RetailRow.Fate.UNREADABLE);
        }
        if (unreadable.size() < SENTENCES_KEPT) {
            unreadable.add(row.sentence());
        }
    }

    /// Takes invoices in the order in which they end in the file.
    @FunctionalInterface
    interface Taker {
        /// @return false when no more are wanted
        boolean take(Invoice invoice);
    }

    /// @param price the latest price seen
    /// @param demand pieces asked for by all invoices together
    record Product(String sku, String name, BigDecimal price, long demand) {

        private static Product of(RetailRow row) {
            return new Product(row.product(), row.name(), row.unitPrice(), row.quantity());
        }

        private Product with(Product later) {
            return new Product(sku, later.name, later.price, demand + later.demand);
        }
    }

    /// The rows of one invoice.
    private static final class Rows {

        private int count;
        private RetailRow.Fate kind = RetailRow.Fate.UNREADABLE;

        private void add(RetailRow.Fate fate) {
            count++;
            kind = fate.compareTo(kind) < 0 ? fate : kind;
        }
    }

    /// The second reading: holds the invoices that have begun and not ended.
    private final class Reading {

        private final Taker taker;
        private final Map<String, Invoice> open = new HashMap<>();
        private final Map<String, Integer> seen = new HashMap<>();

        Reading(Taker taker) {
            this.taker = taker;
        }

        void row(RetailRow row) {
            if (row.fate() == RetailRow.Fate.SOLD) {
                open.computeIfAbsent(row.invoice(), number -> Invoice.startedBy(row))
                        .lines()
                        .add(row);
            }
            rowOf(row.invoice());
        }

        void rowOf(String number) {
            if (number == null || seen.merge(number, 1, Integer::sum) < invoices.get(number).count) {
                return;
            }
            seen.remove(number);
            var invoice = open.remove(number);
            if (invoice != null && !taker.take(invoice)) {
                throw new Enough();
            }
        }
    }

    /// Ends a reading from inside it.
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super(null, null, false, false);
        }
    }
}
