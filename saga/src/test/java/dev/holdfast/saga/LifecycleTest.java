package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LifecycleTest {

    private static final Path PAGE = Path.of("docs", "states.md");

    /// Writes the page when it is missing: delete it to have it written anew.
    @Test
    void the_page_shows_the_table() throws Exception {
        var page = """
                # The states of a saga

                Drawn from the transition table in `Lifecycle.java`; a test keeps the two equal. Arrows carry the events
                of the log, `saga.saga_steps.event`. `needs_attention` is no state: the engine goes on trying.

                ```mermaid
                %s```
                """.formatted(Lifecycle.diagram());
        if (Files.notExists(PAGE)) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE).hasContent(page);
    }

    @ParameterizedTest
    @EnumSource(SagaEvent.class)
    void nothing_happens_after_an_end(SagaEvent event) {
        assertThatThrownBy(() -> Lifecycle.after(SagaStatus.COMPLETED, event))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Lifecycle.after(SagaStatus.FAILED, event)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_saga_fails_only_by_way_of_compensation() {
        assertThatThrownBy(() -> Lifecycle.after(SagaStatus.STARTED, SagaEvent.SAGA_FAILED))
                .hasMessage("nothing leads from STARTED by SAGA_FAILED");
        assertThatThrownBy(() -> Lifecycle.after(SagaStatus.COMPENSATING, SagaEvent.SAGA_COMPLETED))
                .hasMessage("nothing leads from COMPENSATING by SAGA_COMPLETED");
    }
}
