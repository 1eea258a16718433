package dev.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FlashSaleTest {

    @Test
    void a_crowd_gets_what_is_there_and_its_books_are_in_order() throws Exception {
        try (var cluster = BenchCluster.open(Map.of());
                var sale = FlashSale.open(cluster, "pools", "flash_pools")) {
            var point = sale.sell(3, 4, Duration.ofMillis(300));
            assertThat(point.held()).isPositive();
            assertThat(point.refused() + point.failed()).isZero();
            var soldOut = sale.sellOut(8, 25);
            assertThat(soldOut.held()).isEqualTo(25);
            assertThat(soldOut.refused()).isEqualTo(8);
        }
    }

    @Test
    void one_product_is_held_against_all_and_a_queue_against_row_locks() {
        var report = new FlashSaleReport(
                List.of(
                        point("queue", 1, 64, 5_000),
                        point("queue", 1_000, 64, 6_000),
                        point("pessimistic", 1, 64, 400)),
                List.of(point("queue", 1, 64, 1_000)),
                List.of(point("queue", 1, 64, 2_500)));
        var result = Result.of("flash-sale", Map.of());
        report.addFigures(result);
        assertThat(result.figures()
                        .get("queue, holds/s on one product, against all")
                        .ratio())
                .isEqualTo(5.0 / 6);
        assertThat(result.figures()
                        .get("queue, one product, 64 buyers, against pessimistic")
                        .ratio())
                .isEqualTo(12.5);
        assertThat(result.figures()
                        .get("queue, one product, 64 buyers, beside an open snapshot, against without")
                        .ratio())
                .isEqualTo(0.5);
        assertThat(report.markdown()).contains("| queue | 1 | 64 | 5,000 | 3.0 | 9.0 | 80 | 0 |");
        assertThat(report.picture())
                .startsWith("<svg")
                .contains("queue, 1,000 products")
                .endsWith("</svg>\n");
    }

    @Test
    void nonsense_on_the_command_line_is_refused() {
        assertThat(new CommandLine(new Bench()).execute("flash-sale", "--buyers=0"))
                .isEqualTo(2);
        assertThat(new CommandLine(new Bench()).execute("flash-sale", "--seconds=0"))
                .isEqualTo(2);
    }

    private static FlashPoint point(String strategy, int products, int buyers, long held) {
        return new FlashPoint(strategy, products, buyers, held, 0, 0, 1, 3, 9, 80);
    }
}
