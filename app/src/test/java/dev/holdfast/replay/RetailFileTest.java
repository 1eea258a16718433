package dev.holdfast.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetailFileTest {

    private static final String HEADER =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    private static final String GOOD = "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n";

    @TempDir
    private Path folder;

    private final List<RetailRow> rows = new ArrayList<>();
    private final List<RetailFile.Unreadable> unreadable = new ArrayList<>();

    @Test
    void rows_the_shop_would_refuse_are_told_with_their_line_and_the_others_taken() throws Exception {
        read(file(HEADER + GOOD + """
                        2,85/12 A,SLASH,6,2010-12-01 08:26:00,2.55,1,France
                        3,,NOTHING,6,2010-12-01 08:26:00,2.55,1,France
                        4,85123A,WORDS,six,2010-12-01 08:26:00,2.55,1,France
                        5,85123A,DATE,6,01/12/2010,2.55,1,France
                        6,short
                        7,85123A,PRICE,6,2010-12-01 08:26:00,1e400000000,1,France
                        8,85123A,CUSTOMER,6,2010-12-01 08:26:00,2.55,a/b,France
                        ,85123A,NO INVOICE,6,2010-12-01 08:26:00,2.55,1,France

                        9,BANK CHARGES,SOLD,1,2010-12-01 08:26:00,2.55,1,France
                        """));
        assertThat(rows).extracting(RetailRow::invoice).containsExactly("1", "9");
        assertThat(unreadable)
                .extracting(RetailFile.Unreadable::invoice)
                .containsExactly("2", "3", "4", "5", "6", "7", "8", null);
        assertThat(unreadable)
                .extracting(RetailFile.Unreadable::sentence)
                .satisfiesExactly(
                        slash -> assertThat(slash).startsWith("line 3: StockCode '85/12 A'"),
                        nothing -> assertThat(nothing).startsWith("line 4: StockCode ''"),
                        words -> assertThat(words).startsWith("line 5: Quantity 'six'"),
                        date -> assertThat(date).startsWith("line 6:"),
                        columns -> assertThat(columns).startsWith("line 7: 2 columns instead of 8"),
                        price -> assertThat(price).startsWith("line 8: UnitPrice '1e400000000'"),
                        customer -> assertThat(customer).startsWith("line 9: CustomerID 'a/b'"),
                        invoice -> assertThat(invoice).startsWith("line 10: InvoiceNo is empty"));
    }

    @Test
    void a_quote_that_is_not_closed_spoils_its_own_line_only() throws Exception {
        read(file(HEADER + GOOD + "2,85123A,\"OPEN,6,2010-12-01 08:26:00,2.55,1,France\n"
                + GOOD.replace("HEART", "\"HEART, RED \"\"1\"\"\"") + "4,\"open"));
        assertThat(rows).extracting(RetailRow::description).containsExactly("HEART", "HEART, RED \"1\"");
        assertThat(unreadable)
                .extracting(RetailFile.Unreadable::sentence)
                .satisfiesExactly(
                        open -> assertThat(open).startsWith("line 3: cannot be read as CSV: a quote"),
                        last -> assertThat(last).startsWith("line 5: cannot be read as CSV: a quote"));
        assertThat(unreadable).extracting(RetailFile.Unreadable::invoice).containsExactly("2", "4");
    }

    @Test
    void a_line_in_another_encoding_or_without_an_end_spoils_itself_only() throws Exception {
        var cafe = GOOD.replace("HEART", "caf\u00e9").replace("1,8", "2,8");
        var endless = "3,85123A," + "x".repeat(100_000) + "\n";
        read(at((HEADER + cafe + endless + GOOD).getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(rows).extracting(RetailRow::invoice).containsExactly("1");
        assertThat(unreadable).extracting(RetailFile.Unreadable::invoice).containsExactly("2", "3");
        assertThat(unreadable.getFirst().sentence()).startsWith("line 2: is not in UTF-8; convert");
        assertThat(unreadable.getLast().sentence()).startsWith("line 3: the line is longer than");
    }

    @Test
    void the_same_rows_have_the_same_digest_however_they_are_packed() throws Exception {
        var bytes = ("\uFEFF" + HEADER + GOOD).getBytes(StandardCharsets.UTF_8);
        var plain = read(at(bytes));
        assertThat(rows).hasSize(1);
        assertThat(read(at(gzip(bytes)))).isEqualTo(plain);
        assertThat(read(file(HEADER + GOOD + GOOD))).isNotEqualTo(plain);
    }

    @Test
    void a_file_that_is_not_one_says_what_is_wrong_with_it() throws Exception {
        assertRefused(file(""), "needs the columns");
        assertRefused(file("a,b\n"), "but has a,b");
        assertRefused(file("\"a,b\n"), "needs the columns");
        assertRefused(file(HEADER.replace(",Quantity", "")), "needs the columns");
        assertRefused(at((HEADER + GOOD).getBytes(StandardCharsets.UTF_16LE)), "needs the columns");
        var packed = gzip((HEADER + GOOD.repeat(50)).getBytes(StandardCharsets.UTF_8));
        assertRefused(at(Arrays.copyOf(packed, 5)), "gzip");
        assertRefused(at(Arrays.copyOf(packed, packed.length / 2)), "gzip");
        packed[packed.length - 6] ^= 1; // its checksum
        assertRefused(at(packed), "gzip");
    }

    private String read(RetailFile file) throws IOException {
        return file.read(rows::add, unreadable::add);
    }

    private void assertRefused(RetailFile file, String reason) {
        assertThatThrownBy(() -> file.read(row -> {}, row -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(List.of("file.csv", reason).toArray(String[]::new));
    }

    private RetailFile file(String text) throws IOException {
        return at(text.getBytes(StandardCharsets.UTF_8));
    }

    private RetailFile at(byte[] bytes) throws IOException {
        return RetailFile.at(Files.write(folder.resolve("file.csv"), bytes));
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }
}
