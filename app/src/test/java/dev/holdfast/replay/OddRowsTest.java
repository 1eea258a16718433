package dev.holdfast.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestServer;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A row or an invoice that the shop would refuse fails alone, whatever is odd about it.
class OddRowsTest {

    private static final PrintStream NOBODY = new PrintStream(OutputStream.nullOutputStream());
    private static final String HEADER =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    private static final String RECEIVED = "SELECT sum(quantity) FROM inventory.ledger WHERE kind = 'received'";

    /// As a StockCode the longest that the catalog takes, and 576 characters in a URL.
    private static final String CJK = "\u5546".repeat(64);

    @TempDir
    private Path folder;

    @Test
    void a_row_the_shop_would_refuse_is_told_with_its_line_and_reason() throws Exception {
        var reasons = new ArrayList<String>();
        var sold = new ArrayList<String>();
        file(Stream.of(
                        row("1|2", "A", 1, "1", "1"),
                        row("1[2", "A", 1, "1", "1"),
                        row("1<2", "A", 1, "1", "1"),
                        row("\u5546", "A", 1, "1", "1"),
                        row("1".repeat(51), "A", 1, "1", "1"),
                        row("6", "A", 1, "1", "\u5546"),
                        row("7", "A", 1, "1", "1".repeat(51)),
                        row("8", CJK + "\u5546", 1, "1", "1"),
                        row("9", "A", 1_000_001, "1", "1"),
                        row("10", "A", 1, "10000000000.01", "1"),
                        row("11", CJK, 1_000_000, "10000000000.00", "1|[<"),
                        row("1".repeat(50), "A", 1, "1", "1".repeat(50))))
                .read(row -> sold.add(row.invoice()), row -> reasons.add(row.sentence()));
        assertThat(sold).containsExactly("11", "1".repeat(50));
        assertThat(reasons)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("line 2: InvoiceNo '1|2' must be 1 to 50 letters"),
                        line -> assertThat(line).startsWith("line 3: InvoiceNo '1[2'"),
                        line -> assertThat(line).startsWith("line 4: InvoiceNo '1<2'"),
                        line -> assertThat(line).startsWith("line 5: InvoiceNo '\u5546'"),
                        line -> assertThat(line).startsWith("line 6: InvoiceNo '111"),
                        line -> assertThat(line).startsWith("line 7: CustomerID '\u5546' must be 1 to 50 visible"),
                        line -> assertThat(line).startsWith("line 8: CustomerID '111"),
                        line -> assertThat(line)
                                .startsWith("line 9: StockCode '")
                                .endsWith("64 characters, not 65"),
                        line -> assertThat(line).isEqualTo("line 10: Quantity '1000001' must be at most 1000000"),
                        line -> assertThat(line)
                                .isEqualTo("line 11: UnitPrice '10000000000.01' must be at most 10000000000"));
    }

    @Test
    void odd_rows_and_invoices_cost_no_other_order() throws Exception {
        var file = file(Stream.of(
                        Stream.of(
                                row("1", "A", 2, "2.50", "17850.0"),
                                row("2|", "A", 1, "1", "1"),
                                row("3", "A", 2_000_000, "1", "1"),
                                row("4", "A", 1_001, "10000000000.00", "1"),
                                row("5", CJK, 1, "1", "a|b[c<d>..e."),
                                row("6:a.b_c-d", "~|^{}<>[]'&=+:@", 1, "1", ""),
                                row("8", "DEAR", 1_000, "10000000000.00", "8"),
                                "9,A,TAB,1,2010-12-01 08:26:00,1,9,Fr\u0007an\tce"),
                        Stream.generate(() -> row("7", "A", 1, "1", "7")).limit(2_001),
                        Stream.generate(() -> row("10", "MUCH", 1_000_000, "10000.00", "10"))
                                .limit(1_100))
                .flatMap(rows -> rows));
        try (var server = TestServer.with()) {
            var settings = new ReplaySettings(server.uri(), 4, 0, 0, 1);

            var first = new Replay(file, settings, NOBODY, null).run();

            assertThat(first.rows()).containsEntry("unreadable", 2L);
            assertThat(first.failures()).containsEntry("total-too-high", 2L).containsEntry("too-many-lines", 1L);
            assertThat(first.invoices()).containsEntry("nothing to sell: unreadable", 2L);
            assertThat(first.confirmed()).as("%s", first.invoices()).isEqualTo(5);
            // A's, MUCH's in two receipts, DEAR's, and one piece each of two others.
            var received = (2 + 1_001 + 1 + 2_001) + 1_100_000_000L + 1_000 + 2;
            assertThat(received(server)).isEqualTo(received);

            var again = new Replay(file, settings, NOBODY, null).run();
            assertThat(again.invoices()).isEqualTo(first.invoices());
            assertThat(received(server)).isEqualTo(received);
        }
    }

    @Test
    void each_part_of_a_products_opening_stock_has_a_key_of_its_own() {
        assertThat(Opening.keyOf("85123A", 1)).isEqualTo("opening-85123A");
        assertThat(Stream.of("A", "A:2", "A-2", CJK, CJK.substring(1))
                        .flatMap(sku -> Stream.of(1, 2, 3).map(part -> Opening.keyOf(sku, part))))
                .doesNotHaveDuplicates()
                .allSatisfy(key -> assertThat(key).matches("[\\x21-\\x7e]{1,255}"));
    }

    private RetailFile file(Stream<String> rows) throws Exception {
        var text = new StringBuilder(HEADER);
        rows.forEach(row -> text.append(row).append('\n'));
        return RetailFile.at(Files.writeString(folder.resolve("file.csv"), text));
    }

    private static String row(String invoice, String product, int quantity, String price, String customer) {
        return "%s,%s,ODD,%d,2010-12-01 08:26:00,%s,%s,France".formatted(invoice, product, quantity, price, customer);
    }

    private static long received(TestServer server) throws Exception {
        try (var db = server.database().dataSource().getConnection();
                var statement = db.createStatement();
                var result = statement.executeQuery(RECEIVED)) {
            result.next();
            return result.getLong(1);
        }
    }
}
