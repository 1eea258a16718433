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

    @Test
    void rows_the_shop_would_refuse_are_told_with_their_line_and_the_others_taken() throws Exception {
        var rows = new ArrayList<RetailRow>();
        var unreadable = new ArrayList<String>();
        file(HEADER + GOOD + """
                        2,85/12 A,SLASH,6,2010-12-01 08:26:00,2.55,1,France
                        3,,NOTHING,6,2010-12-01 08:26:00,2.55,1,France
                        4,85123A,WORDS,six,2010-12-01 08:26:00,2.55,1,France
                        5,85123A,DATE,6,01/12/2010,2.55,1,France
                        6,short
                        C7,BANK CHARGES,NOT SOLD,-1,2010-12-01 08:26:00,2.55,1,France
                        """).read(rows::add, unreadable::add);
        assertThat(rows).extracting(RetailRow::invoice).containsExactly("1", "C7");
        assertThat(unreadable)
                .satisfiesExactly(
                        slash -> assertThat(slash).startsWith("line 3: StockCode '85/12 A'"),
                        nothing -> assertThat(nothing).startsWith("line 4: StockCode ''"),
                        words -> assertThat(words).startsWith("line 5:"),
                        date -> assertThat(date).startsWith("line 6:"),
                        columns -> assertThat(columns).startsWith("line 7: 2 columns"));
    }

    @Test
    void a_file_that_is_not_one_says_what_is_wrong_with_it() throws Exception {
        assertRefused(file(""), "needs the columns");
        assertRefused(file("a,b\n"), "but has a,b");
        assertRefused(file(HEADER + "1,\"open"), "cannot be read as CSV");
        assertRefused(at((HEADER + GOOD.replace("HEART", "caf\u00e9")).getBytes(StandardCharsets.ISO_8859_1)), "UTF-8");
        var packed = gzip((HEADER + GOOD.repeat(50)).getBytes(StandardCharsets.UTF_8));
        assertRefused(at(Arrays.copyOf(packed, 5)), "gzip");
        assertRefused(at(Arrays.copyOf(packed, packed.length / 2)), "gzip");
        packed[packed.length - 6] ^= 1; // its checksum
        assertRefused(at(packed), "gzip");
    }

    private void assertRefused(RetailFile file, String reason) {
        assertThatThrownBy(() -> file.read(row -> {}, sentence -> {}))
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
