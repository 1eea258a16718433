package dev.holdfast.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OrderStateTest {

    private static final Path PAGE = Path.of("..", "docs", "order-states.md");

    /// With `-Ddocs.write=true` the page is written instead.
    @Test
    void the_documented_diagram_is_the_table_of_transitions() throws IOException {
        var page = """
                # The states of an order

                Made from the table of transitions in the code by a test. What has no arrow cannot happen.

                ```mermaid
                %s
                ```
                """.formatted(OrderState.diagram());
        if (Boolean.getBoolean("docs.write")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("the page is stale: run this test with -Ddocs.write=true")
                .hasContent(page);
    }

    @Test
    void the_audit_knows_the_same_transitions() {
        var inCode = new TreeSet<String>();
        inCode.add("NULL>created");
        for (var from : OrderState.values()) {
            Arrays.stream(OrderState.values())
                    .filter(from::mayBecome)
                    .forEach(to -> inCode.add(from.code() + ">" + to.code()));
        }
        var inAudit = new TreeSet<String>();
        var pair = Pattern.compile("\\('?(\\w+)'?, '(\\w+)'\\)").matcher(SqlOrderBooks.COUNT_BROKEN);
        while (pair.find()) {
            inAudit.add(pair.group(1) + ">" + pair.group(2));
        }
        assertThat(inAudit).isEqualTo(inCode);
    }

    @Test
    void what_an_order_has_reached_follows_from_the_table() {
        assertThat(OrderState.SHIPPED.reached(OrderState.RESERVED)).isTrue();
        assertThat(OrderState.RESERVED.reached(OrderState.CONFIRMED)).isFalse();
        assertThat(OrderState.CANCELLED.reached(OrderState.CREATED)).isFalse();
        assertThat(OrderState.REFUNDED.reached(OrderState.CANCELLED)).isFalse();
    }
}
