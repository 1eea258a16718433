package dev.holdfast.replay;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What a first reading of the file tells: the products and their demand, the customers, and what becomes of each
/// row. Keeps one entry per product, customer and invoice, none per row.
final class Survey {

    private static final int SENTENCES_KEPT = 20;

    private final RetailFile file;
    private final Map<RetailRow.Fate, Long> rows = new EnumMap<>(RetailRow.Fate.class);
    private final Map<String, Product> products = new LinkedHashMap<>();
    private final Map<String, String> customers = new LinkedHashMap<>();
    private final Map<String, Integer> rowsOfInvoice = new HashMap<>();
    private final Map<String, Integer> soldRowsOfInvoice = new HashMap<>();
    private final List<String> unreadable = new ArrayList<>();

    private Survey(RetailFile file) {
        this.file = file;
    }

    static Survey of(RetailFile file) throws IOException {
        var survey = new Survey(file);
        file.read(survey::count, survey::countUnreadable);
        return survey;
    }

    /// Reads the file again and hands over each invoice that has something to sell, once its last row was read.
    void invoices(Consumer<Invoice> invoices) throws IOException {
        var open = new HashMap<String, Invoice>();
        var missing = new HashMap<>(rowsOfInvoice);
        file.read(
                row -> {
                    var invoice = open.computeIfAbsent(row.invoice(), number -> Invoice.startedBy(row));
                    if (row.fate() == RetailRow.Fate.SOLD) {
                        invoice.lines().add(row);
                    }
                    if (missing.merge(row.invoice(), -1, Integer::sum) == 0) {
                        open.remove(row.invoice());
                        if (!invoice.lines().isEmpty()) {
                            invoices.accept(invoice);
                        }
                    }
                },
                sentence -> {});
    }

    /// Rows by what becomes of them.
    Map<RetailRow.Fate, Long> rows() {
        return rows;
    }

    /// The first sentences about rows that cannot be read.
    List<String> unreadable() {
        return unreadable;
    }

    List<Product> products() {
        return List.copyOf(products.values());
    }

    /// Country by customer id.
    Map<String, String> customers() {
        return customers;
    }

    int invoicesInAll() {
        return rowsOfInvoice.size();
    }

    int invoicesToSell() {
        return soldRowsOfInvoice.size();
    }

    private void count(RetailRow row) {
        rows.merge(row.fate(), 1L, Long::sum);
        rowsOfInvoice.merge(row.invoice(), 1, Integer::sum);
        if (row.fate() != RetailRow.Fate.SOLD) {
            return;
        }
        soldRowsOfInvoice.merge(row.invoice(), 1, Integer::sum);
        products.merge(row.product(), Product.of(row), Product::with);
        if (row.customerId() != null) {
            customers.putIfAbsent(row.customerId(), row.country());
        }
    }

    private void countUnreadable(String sentence) {
        rows.merge(RetailRow.Fate.UNREADABLE, 1L, Long::sum);
        if (unreadable.size() < SENTENCES_KEPT) {
            unreadable.add(sentence);
        }
    }

    /// @param price the latest price seen
    /// @param demand pieces asked for by all invoices together
    record Product(String sku, String name, BigDecimal price, long demand) {

        private static Product of(RetailRow row) {
            var name = row.description().isBlank() ? row.product() : row.description();
            return new Product(row.product(), name, row.unitPrice(), row.quantity());
        }

        private Product with(Product later) {
            return new Product(sku, later.name, later.price, demand + later.demand);
        }
    }
}
