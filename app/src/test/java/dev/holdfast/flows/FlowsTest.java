package dev.holdfast.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.Step;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which version of a flow a new checkout takes. Nothing is called, so nobody is there to be called.
class FlowsTest {

    private static final Participants NOBODY =
            new Participants(null, null, null, null, null, Clock.systemUTC(), Duration.ofMinutes(10));

    @Test
    void a_setting_chooses_the_version_of_new_checkouts_and_every_version_stays_registered() {
        var ending = new Flows(NOBODY);
        var waiting = new Flows(NOBODY, Duration.ofMinutes(3));

        assertThat(ending.named("checkout").orElseThrow().version()).isEqualTo(1);
        assertThat(waiting.named("checkout").orElseThrow().version()).isEqualTo(2);
        assertThat(ending.all().getFirst().version()).isEqualTo(1);
        assertThat(waiting.all().getFirst().version()).isEqualTo(2);
        assertThat(names(ending))
                .containsExactlyInAnyOrder("checkout v1", "checkout v2", "order-first v1", "order-first v2");
        assertThat(names(waiting)).containsExactlyInAnyOrderElementsOf(names(ending));
    }

    @Test
    void the_pin_of_order_first_is_undone_with_its_hold_in_new_checkouts_only() {
        var flows = new Flows(NOBODY);
        var now = flows.named("order-first").orElseThrow();
        var before = flows.all().getLast();

        assertThat(now.version()).isEqualTo(2);
        assertThat(before.toString()).isEqualTo("order-first v1");
        assertThat(now.step("pin-reservation").undoneBy()).isNull();
        assertThat(before.step("pin-reservation").undoneBy()).isNotNull();
        assertThat(now.steps().stream().map(Step::name).toList())
                .isEqualTo(before.steps().stream().map(Step::name).toList());
    }

    @Test
    void the_versions_differ_in_what_a_decline_does_and_in_nothing_else() {
        var flows = new Flows(NOBODY, Duration.ofMinutes(3));
        var waiting = flows.all().getFirst();
        var ending = flows.all().get(1);

        assertThat(waiting.step("authorize-payment").asksFor())
                .isEqualTo(new Step.Asking(
                        "payment-method", Duration.ofMinutes(3), 10, java.util.Set.of("payment-declined")));
        assertThat(ending.steps()).allMatch(step -> step.asksFor() == null);
        assertThat(waiting.steps().stream().filter(step -> step.asksFor() != null))
                .hasSize(1);
        assertThat(waiting.steps().stream().map(Step::name).toList())
                .isEqualTo(ending.steps().stream().map(Step::name).toList());
    }

    @Test
    void an_order_that_cannot_be_read_is_told_its_place_and_no_class() {
        assertThatThrownBy(() -> OrderCodec.INSTANCE.fromJson("{\"order_id\":\"a\",\"zzz\":1}"))
                .hasMessage("what the checkout carries is no order that this release can read, at #/zzz");
        assertThatThrownBy(() -> OrderCodec.INSTANCE.fromJson("{\"lines\":[{\"quantity\":{}}]}"))
                .hasMessage("what the checkout carries is no order that this release can read, at #/lines/0/quantity");
    }

    private static List<String> names(Flows flows) {
        return flows.all().stream().map(SagaDefinition::toString).toList();
    }
}
