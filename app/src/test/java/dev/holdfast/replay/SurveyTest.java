package dev.holdfast.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurveyTest {

    private static final String ROWS = """
            InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
            1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
            1,85123A,HEART,4,2010-12-01 08:26:00,2.10,17850.0,United Kingdom
            2,BANK CHARGES,Bank,1,2010-12-01 08:27:00,15.00,,France
            1,85123A,SAMPLE,4,2010-12-01 08:26:00,0,17850.0,United Kingdom
            3,85123A,FREE,4,2010-12-01 08:28:00,0.0,1,France
            3,85123A,LOST,-4,2010-12-01 08:28:00,0.0,1,France
            4,85123A,ODD,4,2010-12-01 08:28:00,0.001,1,France
            5,85123A,ODD,-4,2010-12-01 08:28:00,0,1,France
            C6,85123A,HEART,-6,2010-12-01 08:26:00,2.55,1,France
            A7,B,Adjust bad debt,1,2010-12-01 08:26:00,-11062.06,,France
            8,85/1,SLASH,4,2010-12-01 08:28:00,1,1,France
            2,85123A,"OPEN,4
            9,85123A,NEGATIVE,4,2010-12-01 08:28:00,-1,1,France
            "10
            """;

    @TempDir
    private Path folder;

    @Test
    void each_row_and_each_invoice_of_the_file_is_in_one_line_of_the_table() throws Exception {
        var survey = survey();
        var taken = new ArrayList<Invoice>();
        survey.invoices(taken::add);

        assertThat(taken).extracting(Invoice::number).containsExactly("1", "2");
        assertThat(taken.getFirst().lines()).extracting(RetailRow::quantity).containsExactly(6, 4);
        var tally = new Tally();
        tally.placed(2);
        tally.placed(1);
        tally.ended(new Tally.Outcome(null, false), 2, Duration.ofMillis(3));
        var summary = new ReplaySummary(survey, tally, 0, true);
        assertThat(sum(summary.rows())).isEqualTo(14);
        assertThat(summary.rows())
                .containsEntry("in orders confirmed", 2L)
                .containsEntry("in orders under way when it stopped", 1L)
                .containsEntry("price zero", 2L)
                .containsEntry("stock write-off (quantity below 1)", 2L)
                .containsEntry("unreadable", 3L)
                .doesNotContainKey("in invoices not reached");
        assertThat(sum(summary.invoices())).isEqualTo(survey.invoicesInAll()).isEqualTo(9);
        assertThat(summary.invoices())
                .containsEntry("confirmed", 1L)
                .containsEntry("under way when it stopped", 1L)
                .containsEntry("nothing to sell: cancellation (C...)", 1L)
                .containsEntry("nothing to sell: adjustment (A...)", 1L)
                .containsEntry("nothing to sell: stock write-off (quantity below 1)", 2L)
                .containsEntry("nothing to sell: price with a fraction of a penny", 1L)
                .containsEntry("nothing to sell: price negative", 1L)
                .containsEntry("nothing to sell: unreadable", 1L);
        assertThat(survey.rowsOfNoInvoice()).isEqualTo(1);
    }

    @Test
    void an_invoice_is_handed_over_once_its_last_row_was_read_and_no_more_when_enough() throws Exception {
        var taken = new ArrayList<String>();
        survey().invoices(invoice -> {
            taken.add(invoice.number());
            return false;
        });
        assertThat(taken).isEqualTo(List.of("1"));
    }

    @Test
    void the_table_of_a_replay_that_placed_nothing_adds_up_too() throws Exception {
        var summary = new ReplaySummary(survey(), new Tally(), 0, true);
        assertThat(sum(summary.rows())).isEqualTo(14);
        assertThat(sum(summary.invoices())).isEqualTo(9);
        assertThat(summary.invoices()).containsEntry("not reached", 2L);
        var printed = new ByteArrayOutputStream();
        summary.print(new PrintStream(printed, true, StandardCharsets.UTF_8));
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("line 12: StockCode '85/1'", "naming no invoice");
    }

    @Test
    void demand_is_summed_and_the_latest_price_and_name_are_the_catalogs() throws Exception {
        assertThat(survey().products())
                .filteredOn(product -> product.sku().equals("85123A"))
                .singleElement()
                .satisfies(product -> {
                    assertThat(product.demand()).isEqualTo(10);
                    assertThat(product.price()).isEqualTo("2.10");
                });
    }

    private Survey survey() throws Exception {
        return Survey.of(RetailFile.at(Files.writeString(folder.resolve("file.csv"), ROWS)));
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
