package dev.holdfast.saga.test.conformance;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/// One saga that calls the step under check, with a request of its own: calls it, tells of it, and compares what
/// came with what should have.
///
/// @param <P> what the saga carries
final class Scene<P> {

    /// Long past on every clock.
    static final Instant LONG_AGO = Instant.parse("2001-01-01T00:00:00Z");

    private static final String STEP = "step";

    private final ParticipantUnderTest<P> participant;
    private final ConformanceSettings settings;
    private final Clock clock;
    private final ConformanceCheck check;
    private final Story story;
    final String sagaId;
    final P request;

    /// What every scene of a run has in common.
    record Stage<P>(ParticipantUnderTest<P> participant, ConformanceSettings settings, Clock clock) {}

    Scene(Stage<P> stage, ConformanceCheck check, Story story, String sagaId, P request) {
        participant = stage.participant();
        settings = stage.settings();
        clock = stage.clock();
        this.check = check;
        this.story = story;
        this.sagaId = sagaId;
        this.request = request;
    }

    ConformanceCheck check() {
        return check;
    }

    Story story() {
        return story;
    }

    /// How a call differs from the first one.
    record How(int attempt, int generation, Instant notAfter) {}

    How usual() {
        return new How(0, 0, clock.instant().plusSeconds(3_600));
    }

    /// A repetition, as the engine makes it: a higher attempt, a later deadline.
    How repeated(int attempt) {
        return new How(attempt, 0, clock.instant().plusSeconds(3_600L + attempt));
    }

    How late() {
        return new How(0, 0, LONG_AGO);
    }

    How ofGeneration(int generation) {
        return new How(0, generation, clock.instant().plusSeconds(3_600));
    }

    /// One attempt at the action.
    Answer actOnce(How how) {
        return actOnce(request, how);
    }

    Answer actOnce(P asked, How how) {
        var key = sagaId + ":" + STEP + (how.generation() == 0 ? "" : ":" + how.generation());
        var call = new StepCall(
                sagaId,
                STEP,
                key,
                key,
                how.attempt(),
                how.generation(),
                how.notAfter(),
                Map.of(),
                Map.of(),
                how.attempt() > 0);
        var late = how.notAfter().equals(LONG_AGO) ? ", after its deadline" : "";
        var other = asked == request ? "" : ", another request";
        return told(
                "act  " + key + " (attempt " + how.attempt() + late + other + ")", () -> participant.act(asked, call));
    }

    /// The action, repeated as a saga would until something definite is answered.
    Answer act(How how) {
        return definite(
                "action", attempt -> actOnce(new How(how.attempt() + attempt, how.generation(), how.notAfter())));
    }

    Answer undoOnce(int attempt) {
        var doKey = sagaId + ":" + STEP;
        var call = new StepCall(
                sagaId, STEP, doKey + ":undo", doKey, attempt, 0, StepCall.ANY_TIME, Map.of(), Map.of(), attempt > 0);
        return told("undo " + doKey + " (attempt " + attempt + ")", () -> participant.undo(request, call));
    }

    Answer undo() {
        return definite("undo", this::undoOnce);
    }

    /// Something that happens beside the calls.
    void happens(String what, ParticipantUnderTest.Happening event) throws Exception {
        story.tell(what);
        event.happen();
    }

    /// All at the same time.
    List<Answer> atOnce(List<Callable<Answer>> calls) throws Exception {
        story.tell("at the same time:");
        var start = new CyclicBarrier(calls.size());
        var started = calls.stream()
                .<Callable<Answer>>map(call -> () -> {
                    start.await();
                    return call.call();
                })
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Answer>();
            for (var each : threads.invokeAll(started)) {
                answers.add(each.get());
            }
            return answers;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BrokenPromise broken) {
                throw broken;
            }
            throw e;
        }
    }

    List<Callable<Answer>> times(int number, Callable<Answer> call) {
        return Collections.nCopies(number, call);
    }

    void expectDone(Answer answer) {
        expect(answer.done(), answer, "Done");
    }

    /// Refused, or surely without an effect: what a call may be answered that must have none.
    void expectNoEffect(Answer answer) {
        expect(answer.refused() || answer.outcome() instanceof Outcome.Failed, answer, "Refused");
    }

    void expectRefused(Answer answer) {
        expect(answer.refused(), answer, "Refused");
    }

    void expectSame(Answer answer, Answer first) {
        expect(answer.sameAs(first), answer, "the same answer as before, " + first);
    }

    void expect(boolean right, Object found, String expected) {
        if (!right) {
            throw broken(String.valueOf(found), expected, found instanceof Answer answer ? answer.thrown() : null);
        }
    }

    /// Looks where the effect is, for as long as the participant may take.
    void expectEffects(int number, String why) throws Exception {
        var until = System.nanoTime() + settings.patience().toNanos();
        int found = participant.effects(request);
        while (found != number && System.nanoTime() - until < 0) {
            pause();
            found = participant.effects(request);
        }
        story.tell("look: " + effects(found));
        expect(found == number, effects(found), effects(number) + ": " + why);
    }

    BrokenPromise broken(String found, String expected, Throwable cause) {
        var text = "'%s' breaks %s%ncheck: %s%s%nfound:    %s%nexpected: %s"
                .formatted(participant.name(), check.promise(), check.name(), story.text(), found, expected);
        return new BrokenPromise(check, text, cause);
    }

    @FunctionalInterface
    private interface Attempt {
        Answer at(int number);
    }

    private Answer definite(String what, Attempt attempt) {
        var answer = attempt.at(0);
        for (int number = 1; !answer.definite() && number <= settings.repetitions(); number++) {
            pause();
            answer = attempt.at(number);
        }
        if (!answer.definite()) {
            throw broken(
                    String.valueOf(answer),
                    "Done or Refused from the " + what + " within " + settings.repetitions() + " repetitions",
                    answer.thrown());
        }
        return answer;
    }

    private Answer told(String what, Callable<Outcome> call) {
        var answer = answer(call);
        story.tell(what + " -> " + answer);
        return answer;
    }

    private Answer answer(Callable<Outcome> call) {
        try {
            var outcome = call.call();
            return new Answer(outcome == null ? new Outcome.Unclear("answered nothing (null)") : outcome, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(new Outcome.Unclear(e.toString()), e);
        } catch (Exception e) {
            return new Answer(new Outcome.Unclear(e.toString()), e);
        }
    }

    private void pause() {
        LockSupport.parkNanos(Math.max(1, settings.pause().toNanos()));
    }

    private static String effects(int number) {
        return number == 1 ? "1 effect" : number + " effects";
    }
}
