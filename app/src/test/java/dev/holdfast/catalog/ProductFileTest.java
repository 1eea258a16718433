package dev.holdfast.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.catalog.CatalogApi.Size;
import dev.holdfast.catalog.ProductFile.Bad;
import dev.holdfast.catalog.ProductFile.Good;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProductFileTest {

    private static final String HEADER = "sku,name,price,currency\n";

    @Test
    void rows_are_products_with_their_lines() throws Exception {
        var rows = rows("""
                sku,name,price,currency,weight_kg,length_cm,width_cm,height_cm
                a,"Lamp, tall, 12"" shade",19.99,USD,1.5,10,20,30
                b,Plain,1500,JPY,,,,

                c,Dinar,1.234,KWD,,,,
                """);

        assertThat(rows)
                .containsExactly(
                        new Good(
                                2,
                                new Product(
                                        "a",
                                        "Lamp, tall, 12\" shade",
                                        Money.of(1999, "USD"),
                                        new BigDecimal("1.500"),
                                        new Size(
                                                new BigDecimal("10.00"),
                                                new BigDecimal("20.00"),
                                                new BigDecimal("30.00")))),
                        new Good(3, new Product("b", "Plain", Money.of(1500, "JPY"), null, null)),
                        new Good(5, new Product("c", "Dinar", Money.of(1234, "KWD"), null, null)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a,"Open,1.00,USD                 | quot
            a,"Wrong" quote,1.00,USD         | quot
            a,5" pipe,1.00,USD               | quot
            a,Name,1.00                      | 3 columns
            a,Name,1.00,USD,more             | 5 columns
            a                                | 1 columns
            ,Name,1.00,USD                   | sku
            a  b,Name,1.00,USD                | sku
            a,,1.00,USD                      | name
            a,Name,,USD                      | price
            a,Name,abc,USD                   | price
            a,Name,1e400,USD                 | price
            a,Name,NaN,USD                   | price
            a,Name,"1,000.00",USD            | price
            a,Name,1.999,USD                 | decimals
            a,Name,1.5,JPY                   | decimals
            a,Name,0.00,USD                  | above zero
            a,Name,-1.00,USD                 | above zero
            a,Name,999999999999999,USD       | at most
            a,Name,1.00,usd                  | currency
            a,Name,1.00,XXX                  | currency
            a,Name,1.00,                     | currency
            """)
    void a_bad_row_is_told_with_its_line_and_the_rows_around_it_are_taken(String row, String reason) throws Exception {
        var rows = rows(HEADER + "before,Before,1.00,USD\n" + row + "\nafter,After,1.00,USD\n");

        assertThat(rows).hasSize(3);
        assertThat(rows.get(0)).isInstanceOf(Good.class);
        assertThat(rows.get(1)).isInstanceOfSatisfying(Bad.class, bad -> {
            assertThat(bad.line()).isEqualTo(3);
            assertThat(bad.reason()).contains(reason);
        });
        assertThat(rows.get(2)).isInstanceOf(Good.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,Na\0me,1.00,USD", "a,Na\u0007me,1.00,USD", "a,Na\tme,1.00,USD", "a\0,Name,1.00,USD"})
    void a_control_character_spoils_its_row(String row) throws Exception {
        assertThat(rows(HEADER + row).getFirst())
                .isInstanceOfSatisfying(
                        Bad.class, bad -> assertThat(bad.reason()).contains("control character"));
    }

    @Test
    void one_line_in_another_encoding_spoils_no_other() throws Exception {
        var latin = (HEADER + "a,Sm\u00f8rrebr\u00f8d,1.00,USD\n").getBytes(StandardCharsets.ISO_8859_1);
        var utf8 = "b,Sm\u00f8rrebr\u00f8d,1.00,USD\n".getBytes(StandardCharsets.UTF_8);
        var both = new byte[latin.length + utf8.length];
        System.arraycopy(latin, 0, both, 0, latin.length);
        System.arraycopy(utf8, 0, both, latin.length, utf8.length);

        assertThat(rows(both))
                .satisfiesExactly(
                        bad -> assertThat(bad).isEqualTo(new Bad(2, null, "the line is not UTF-8")),
                        good -> assertThat(good).isInstanceOf(Good.class));
    }

    @Test
    void of_two_rows_with_one_sku_the_second_is_told_where_the_first_is() throws Exception {
        var rows = rows(HEADER + "a,First,1.00,USD\nb,Bad,0,USD\na,Second,1.00,USD\nb,Good,1.00,USD\n");

        assertThat(rows.get(2)).isEqualTo(new Bad(4, "a", "sku stands in line 2 already"));
        assertThat(rows.get(3)).as("a bad row claims no sku").isInstanceOf(Good.class);
    }

    @Test
    void a_byte_order_mark_and_windows_line_ends_are_no_harm() throws Exception {
        assertThat(rows("\uFEFF" + HEADER.replace("\n", "\r\n") + "a,Name,1.00,USD\r\nb,Name,1.00,USD"))
                .hasSize(2)
                .hasOnlyElementsOfType(Good.class);
    }

    @Test
    void a_line_without_an_end_takes_no_memory_and_is_one_bad_row() throws Exception {
        var rows = rows(HEADER + "a,\"" + "x".repeat(3_000_000) + "\nb,Name,1.00,USD\n");

        assertThat(rows).hasSize(2);
        assertThat(rows.getFirst())
                .isInstanceOfSatisfying(Bad.class, bad -> assertThat(bad.line()).isEqualTo(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "sku,name,price\n",
                "sku,name,price,currency,colour\n",
                "sku,sku,name,price,currency\n",
                "\"sku,name,price,currency\n",
                "a,Name,1.00,USD\n",
                "s\0k\0u\0"
            })
    void a_file_without_a_usable_header_is_refused_whole(String file) {
        assertThatThrownBy(() -> rows(file))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.slug()).isEqualTo("csv-unreadable"));
    }

    @Test
    void columns_may_stand_in_any_order() throws Exception {
        assertThat(rows("currency,price,name,sku\nUSD,1.00,Name,a\n")).hasOnlyElementsOfType(Good.class);
    }

    private static List<ProductFile.Row> rows(String file) throws IOException {
        return rows(file.getBytes(StandardCharsets.UTF_8));
    }

    private static List<ProductFile.Row> rows(byte[] file) throws IOException {
        var products = new ProductFile(new ByteArrayInputStream(file));
        var rows = new ArrayList<ProductFile.Row>();
        for (var row = products.next(); row != null; row = products.next()) {
            rows.add(row);
        }
        return rows;
    }
}
