package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SagaDefinitionTest {

    private static final StepAction<String> ACTION = (payload, call) -> Outcome.Done.done();

    @Test
    void a_complete_definition_is_built_with_its_defaults() {
        var definition =
                named("trip").step("seat", undoable()).pivot("pay", complete()).build();

        var seat = definition.step("seat");
        assertThat(definition).hasToString("trip v1");
        assertThat(seat.kind()).isEqualTo(StepKind.COMPENSATABLE);
        assertThat(seat.retries()).isEqualTo(3);
        assertThat(seat.backoff()).isEqualTo(new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30)));
        assertThat(seat.within()).isEqualTo(Duration.ofSeconds(10));
        assertThat(seat.validFor()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void every_fault_is_named_in_one_message() {
        var definition = SagaDefinition.named("trip").version(0).carrying((PayloadCodec<String>) null);
        definition.step("seat", step -> {}).retriable("pay", step -> {}).step("seat", step -> {});

        assertThatIllegalArgumentException().isThrownBy(definition::build).withMessage("""
                        saga 'trip' cannot be built:
                          - its version must be 1 or more, not 0
                          - nothing reads and writes what it carries
                          - it must have exactly one pivot, not 0
                          - step 'seat' (COMPENSATABLE) stands after 'pay' (RETRIABLE): compensatable steps, then the \
                        pivot, then retriable ones
                          - step 'seat' is there twice
                          - step 'seat' has no owner (a team and a service)
                          - step 'seat' does not say what the customer sees
                          - step 'seat' has no success condition
                          - step 'seat' has no failure condition
                          - step 'seat' does nothing
                          - step 'seat' stands before the pivot and has no undo (or a reason why it needs none)
                          - step 'pay' has no owner (a team and a service)
                          - step 'pay' does not say what the customer sees
                          - step 'pay' has no success condition
                          - step 'pay' has no failure condition
                          - step 'pay' does nothing
                          - step 'seat' has no owner (a team and a service)
                          - step 'seat' does not say what the customer sees
                          - step 'seat' has no success condition
                          - step 'seat' has no failure condition
                          - step 'seat' does nothing
                          - step 'seat' stands before the pivot and has no undo (or a reason why it needs none)""");
    }

    @Test
    void two_pivots_are_refused() {
        refuses(
                "exactly one pivot, not 2",
                named("trip").pivot("pay", complete()).pivot("pay-again", complete()));
    }

    @Test
    void a_step_before_the_pivot_may_say_why_it_needs_no_undo() {
        var definition = named("trip")
                .step("look", complete().andThen(step -> step.needsNoUndo("it only reads")))
                .pivot("pay", complete())
                .build();

        assertThat(definition.step("look").needsNoUndo()).isEqualTo("it only reads");
    }

    @Test
    void an_undo_says_where_it_goes() {
        refuses(
                "step 'seat' does not say which service compensates it",
                named("trip")
                        .step("seat", complete().andThen(step -> step.undoneBy(ACTION)))
                        .pivot("pay", complete()));
    }

    @Test
    void a_step_after_the_pivot_has_no_undo() {
        refuses(
                "step 'ticket' cannot be undone",
                named("trip").pivot("pay", complete()).retriable("ticket", undoable()));
    }

    @Test
    void names_that_do_not_fit_a_key_or_a_column_are_refused() {
        refuses("has a name of 51 characters, 50 is the limit", named("trip").pivot("p".repeat(51), complete()));
        refuses("step 'a:b' needs a name", named("trip").pivot("a:b", complete()));
        refuses("its name must be", named("a trip").pivot("pay", complete()));
    }

    @Test
    void nonsense_numbers_are_refused() {
        refuses("has -1 retries", named("trip").pivot("pay", complete().andThen(step -> step.attempts(-1))));
        refuses(
                "has a time limit of PT0S",
                named("trip").pivot("pay", complete().andThen(step -> step.within(Duration.ZERO))));
        refuses(
                "is valid for PT1S, less than its time limit of PT10S",
                named("trip").pivot("pay", complete().andThen(step -> step.validFor(Duration.ofSeconds(1)))));
    }

    @Test
    void sagas_of_a_step_from_the_pivot_on_must_be_allowed_to_fail() {
        var parcel = named("parcel").pivot("send", complete()).build();
        var order = named("order").pivot("ship", complete().andThen(step -> step.startsSagas(parcel, List::of)));

        assertThatIllegalArgumentException()
                .isThrownBy(order::build)
                .withMessageContaining("step 'ship' starts sagas that must not fail");
        assertThat(named("order")
                        .pivot("ship", complete().andThen(step -> step.startsSagasThatMayFail(parcel, List::of)))
                        .build()
                        .step("ship")
                        .children()
                        .mayFail())
                .isTrue();
    }

    private static void refuses(String fault, SagaDefinition.Builder<String> definition) {
        assertThatIllegalArgumentException().isThrownBy(definition::build).withMessageContaining(fault);
    }

    private static SagaDefinition.Builder<String> named(String name) {
        return SagaDefinition.named(name).version(1).carrying(Trip.TEXT);
    }

    private static Consumer<StepSpec<String>> complete() {
        return step -> step.owner("team", "service")
                .customerSees("STARTED")
                .succeedsWhen("it works")
                .failsWhen("it does not")
                .does(ACTION);
    }

    private static Consumer<StepSpec<String>> undoable() {
        return complete().andThen(step -> step.undoneBy(ACTION).compensatedAt("SOME_SERVICE"));
    }
}
