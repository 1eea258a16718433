package dev.holdfast.saga.test.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The checks have to pass what is right and to find what is wrong.
class ConformanceTest {

    private static final ConformanceSettings SETTINGS =
            new ConformanceSettings("t", 4, 5, 5, Duration.ofMillis(1), Duration.ZERO);

    @TestFactory
    Stream<DynamicTest> a_participant_that_keeps_its_promises_passes() {
        var conformance = Conformance.of(new ModelParticipant(), SETTINGS);

        assertThat(conformance.leftOut()).isEmpty();
        return conformance.checks().map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }

    static Stream<Arguments> broken() {
        return Stream.concat(confused(), halfway());
    }

    /// Wrong about keys, undos and deadlines.
    private static Stream<Arguments> confused() {
        return Stream.of(
                found(BrokenParticipants.KnowsNoKeys::new, "the_same_key_twice_has_one_effect_and_one_answer"),
                found(
                        BrokenParticipants.AnswersARepetitionWithAnError::new,
                        "the_same_key_twice_has_one_effect_and_one_answer"),
                found(
                        BrokenParticipants.TakesTheAttemptForPartOfTheRequest::new,
                        "a_repetition_is_known_whatever_its_attempt_and_deadline"),
                found(BrokenParticipants.DoesNotCompareRequests::new, "another_request_under_the_same_key_is_an_error"),
                found(BrokenParticipants.ForgetsRefusals::new, "a_refusal_stays_a_refusal"),
                found(BrokenParticipants.RefusesToUndoNothing::new, "undoing_nothing_succeeds"),
                found(BrokenParticipants.TakesBackTwice::new, "an_undo_takes_the_effect_back_once"),
                found(BrokenParticipants.LeavesNoTombstone::new, "an_action_after_its_undo_is_refused"),
                found(BrokenParticipants.DeletesTheKeyWithTheEffect::new, "an_action_that_was_undone_stays_undone"),
                found(BrokenParticipants.UndoesEverybodysSteps::new, "two_sagas_do_not_meet"),
                found(BrokenParticipants.IgnoresTheDeadline::new, "a_late_action_has_no_effect"),
                found(
                        BrokenParticipants.ForgetsThatItRefusedALateCall::new,
                        "a_late_action_that_is_refused_stays_refused"),
                found(BrokenParticipants.AsksForTheDeadlineFirst::new, "a_late_repetition_gets_the_answer_on_record"),
                found(BrokenParticipants.UndoesTheFirstGenerationOnly::new, "the_undo_covers_every_generation"),
                found(
                        BrokenParticipants.KnowsTombstonesOfTheFirstGenerationOnly::new,
                        "an_undo_of_nothing_covers_generations_to_come"));
    }

    /// Wrong about generations, crashes and races.
    private static Stream<Arguments> halfway() {
        return Stream.of(
                found(
                        BrokenParticipants.RollsTheEffectBackWithoutTheKey::new,
                        "a_call_that_dies_before_its_commit_can_be_repeated"),
                found(
                        BrokenParticipants.RollsTheKeyBackWithoutTheEffect::new,
                        "a_call_that_dies_before_its_commit_can_be_undone"),
                found(BrokenParticipants.KeepsKeysInMemory::new, "what_is_known_outlives_the_process"),
                found(
                        BrokenParticipants.TakesALostAnswerForARefusal::new,
                        "a_call_that_dies_after_its_commit_is_found_by_repeating_it"),
                found(
                        BrokenParticipants.LooksBeforeItActs::new,
                        "the_same_key_at_the_same_time_has_one_effect_and_one_answer"),
                found(
                        BrokenParticipants.LocksActionsAndUndosApart::new,
                        "an_action_and_its_undo_at_the_same_time_end_in_undone"));
    }

    @ParameterizedTest(name = "{0} is found by {1}")
    @MethodSource("broken")
    void every_broken_promise_is_found(String mistake, String check, Supplier<ModelParticipant> participant) {
        assertThat(brokenBy(Conformance.of(participant.get(), SETTINGS)))
                .extracting(broken -> broken.check().name())
                .contains(check);
    }

    @Test
    void a_broken_promise_is_told_as_a_story() throws Exception {
        var check = Conformance.of(new BrokenParticipants.LeavesNoTombstone(), SETTINGS)
                .checks()
                .filter(each -> each.name().equals("an_action_after_its_undo_is_refused"))
                .findFirst()
                .orElseThrow();

        var broken = catchThrowableOfType(BrokenPromise.class, check::run);

        assertThat(broken.getMessage().replaceAll("t-\\d+", "t-N")).isEqualTo("""
                'model' breaks promise 2 (an undo that comes before its action is remembered, and the action is \
                refused when it comes)
                check: an_action_after_its_undo_is_refused
                   1. undo t-N:step (attempt 0) -> Done
                   2. act  t-N:step (attempt 0) -> Done {booking=t-N}
                found:    Done {booking=t-N}
                expected: Refused""");
    }

    @Test
    void what_is_not_checked_is_named() {
        var bare = new ModelParticipant() {
            @Override
            public Optional<Refusal<Booking>> refusal(String sagaId) {
                return Optional.empty();
            }

            @Override
            public Optional<Happening> deathAfterCommit() {
                return Optional.empty();
            }
        };

        assertThat(Conformance.of(bare, SETTINGS).leftOut())
                .contains(
                        "a_refusal_stays_a_refusal: ParticipantUnderTest.refusal gives nothing",
                        "an_undo_that_dies_after_its_commit_can_be_repeated: ParticipantUnderTest.deathAfterCommit"
                                + " gives nothing")
                .hasSize(6);
        Conformance.of(bare, SETTINGS)
                .checks()
                .forEach(check -> assertThatCode(check::run).doesNotThrowAnyException());
    }

    @Test
    void a_participant_that_never_answers_is_told_after_all_repetitions() {
        var silent = new ModelParticipant() {
            @Override
            public Outcome act(Booking request, StepCall call) {
                return new Outcome.Unclear("no answer");
            }
        };

        assertThat(brokenBy(Conformance.of(silent, SETTINGS)).getFirst())
                .hasMessageContaining("6. act")
                .hasMessageContaining("7. act")
                .hasMessageContaining("expected: Done or Refused from the action within 5 repetitions");
    }

    private static List<BrokenPromise> brokenBy(Conformance conformance) {
        return conformance
                .checks()
                .map(check -> catchThrowableOfType(BrokenPromise.class, check::run))
                .filter(broken -> broken != null)
                .toList();
    }

    private static Arguments found(Supplier<ModelParticipant> participant, String check) {
        return arguments(participant.get().getClass().getSimpleName(), check, participant);
    }
}
