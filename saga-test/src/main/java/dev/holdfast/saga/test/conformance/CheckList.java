package dev.holdfast.saga.test.conformance;

import dev.holdfast.saga.test.conformance.Scene.Stage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// The checks as they are put together.
///
/// @param <P> what the saga carries
/// @param sagas counts those that were made up
record CheckList<P>(Stage<P> stage, List<ConformanceCheck> checks, List<String> leftOut, AtomicInteger sagas) {

    @FunctionalInterface
    interface Play<P> {
        void play(Scene<P> scene) throws Exception;
    }

    @FunctionalInterface
    interface PlayWith<P, T> {
        void play(Scene<P> scene, T with) throws Exception;
    }

    /// A check of one saga with a request of its own.
    void add(Promise promise, String name, Play<P> play) {
        checks.add(new ConformanceCheck(name, promise, check -> play.play(scene(check, new Story()))));
    }

    /// A check that is left out where the participant does not give what it needs.
    <T> void addWith(Promise promise, String name, Optional<T> with, String missing, PlayWith<P, T> play) {
        if (with.isEmpty()) {
            leaveOut(name, missing);
        } else {
            add(promise, name, scene -> play.play(scene, with.get()));
        }
    }

    /// The same, many times, each with a saga of its own: what depends on who is faster.
    void addRace(Promise promise, String name, Play<P> play) {
        checks.add(new ConformanceCheck(name, promise, check -> {
            for (int round = 1; round <= stage.settings().rounds(); round++) {
                var story = new Story();
                story.tell("round " + round + " of " + stage.settings().rounds());
                play.play(scene(check, story));
            }
        }));
    }

    /// A check of a saga whose request is refused.
    void addRefused(Promise promise, String name, PlayWith<P, ParticipantUnderTest.Refusal<P>> play) {
        if (!refuses()) {
            leaveOut(name, "refusal");
            return;
        }
        checks.add(new ConformanceCheck(name, promise, check -> {
            var sagaId = nextSagaId();
            var refusal = stage.participant().refusal(sagaId).orElseThrow();
            play.play(new Scene<>(stage, check, new Story(), sagaId, refusal.request()), refusal);
        }));
    }

    void leaveOut(String name, String missing) {
        leftOut.add(name + ": ParticipantUnderTest." + missing + " gives nothing");
    }

    int threads() {
        return stage.settings().threads();
    }

    ParticipantUnderTest<P> participant() {
        return stage.participant();
    }

    Scene<P> scene(ConformanceCheck check, Story story) throws Exception {
        var sagaId = nextSagaId();
        return new Scene<>(stage, check, story, sagaId, participant().request(sagaId));
    }

    private boolean refuses() {
        try {
            return participant().refusal(nextSagaId()).isPresent();
        } catch (Exception e) {
            throw new IllegalStateException(participant().name() + " cannot make a request that is refused", e);
        }
    }

    String nextSagaId() {
        return stage.settings().ids() + "-" + sagas.incrementAndGet();
    }
}
