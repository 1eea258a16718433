package dev.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTableTest {

    @Test
    void a_target_is_met_by_the_ratio_where_there_is_a_reference_and_by_the_value_where_not() {
        assertThat(Figure.against(60, "orders/s", 100, ">= 0.6").met()).contains(true);
        assertThat(Figure.against(59, "orders/s", 100, ">= 0.6").met()).contains(false);
        assertThat(Figure.of(8_192, "bytes", "<= 8,192").met()).contains(true);
        assertThat(Figure.of(2_001, "MB", "<= 2,000 for 100,000").met()).contains(false);
        assertThat(Figure.of(100, "ms", "< 100").met()).contains(false);
        assertThat(Figure.of(1, "ms").met()).isEmpty();
        assertThat(Figure.of(1, "ms", "as soon as can be").met()).isEmpty();
    }

    @Test
    void a_figure_whose_reference_did_nothing_proves_nothing() {
        assertThat(Figure.against(60, "orders/s", 0, ">= 0.6").met()).contains(false);
    }

    @Test
    void the_table_has_a_row_for_each_target_and_one_for_what_failed() {
        var result = Result.of("http", Map.of("orders", 100))
                .with("checkouts", Figure.against(1_200, "orders/s", 3_000, ">= 0.6"))
                .with("CPU", Figure.of(7, "us/order"));
        var table = new TargetTable(
                List.of(
                        new Suite.Ran("http", List.of("--orders=100"), Optional.of(result)),
                        new Suite.Ran("model", List.of(), Optional.empty())),
                true);
        assertThat(table.lines())
                .contains("| `http` | checkouts | &gt;= 0.6 × | 1,200 orders/s | 3,000 | 0.40 | short |")
                .contains("| `model` | it failed | | | | | short |")
                .contains("* `http --orders=100`: orders 100")
                .noneMatch(line -> line.contains("us/order"));
    }

    @Test
    void what_stands_around_the_table_is_left_alone(@TempDir Path folder) throws Exception {
        var file = folder.resolve("performance.md");
        Files.writeString(file, "before\n" + TargetTable.BEGIN + "\nyesterday\n" + TargetTable.END + "\nafter\n");
        new TargetTable(List.of(), false).writeInto(file);
        assertThat(Files.readString(file))
                .startsWith("before\n" + TargetTable.BEGIN + "\nMeasured ")
                .endsWith(TargetTable.END + "\nafter\n")
                .doesNotContain("yesterday");
    }

    @Test
    void a_file_with_one_comment_of_the_two_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> TargetTable.replaced(TargetTable.BEGIN + "\n", "table"));
    }
}
