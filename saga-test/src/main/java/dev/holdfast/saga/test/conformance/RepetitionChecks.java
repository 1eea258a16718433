package dev.holdfast.saga.test.conformance;

import static dev.holdfast.saga.test.conformance.Promise.ONE_EFFECT;

import java.util.Optional;

/// Called more than once.
record RepetitionChecks<P>(CheckList<P> list) {

    void addAll() {
        list.add(ONE_EFFECT, "the_same_key_twice_has_one_effect_and_one_answer", scene -> {
            scene.expectEffects(0, "nothing was done yet");
            var first = scene.act(scene.usual());
            scene.expectDone(first);
            scene.expectEffects(1, "it was done");
            scene.expectSame(scene.act(scene.usual()), first);
            scene.expectEffects(1, "the same key was called again");
        });
        list.add(ONE_EFFECT, "a_repetition_is_known_whatever_its_attempt_and_deadline", scene -> {
            var first = scene.act(scene.usual());
            for (int attempt = 1; attempt <= 3; attempt++) {
                scene.expectSame(scene.act(scene.repeated(attempt)), first);
            }
            scene.expectEffects(1, "attempt and deadline are no part of the request");
        });
        list.add(ONE_EFFECT, "two_sagas_do_not_meet", scene -> {
            var other = list.scene(scene.check(), scene.story());
            scene.expectDone(scene.act(scene.usual()));
            other.expectDone(other.act(other.usual()));
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "it was undone");
            other.expectEffects(1, "only the other saga was undone");
        });
        addAnother();
        list.addRefused(ONE_EFFECT, "a_refusal_stays_a_refusal", (scene, refusal) -> {
            var first = scene.act(scene.usual());
            scene.expectRefused(first);
            scene.expectEffects(0, "it was refused");
            scene.happens("the reason of the refusal is lifted", refusal.relent());
            scene.expectSame(scene.act(scene.repeated(1)), first);
            scene.expectEffects(0, "it was refused before, and its saga has moved on");
        });
    }

    /// Under a key that is taken, another request may be answered with any error. That it succeeds is what must not
    /// be: its caller would take the first one's effect for its own.
    private void addAnother() {
        list.addWith(
                ONE_EFFECT, "another_request_under_the_same_key_is_an_error", another(), "another", (scene, known) -> {
                    var other = list.participant().another(scene.request).orElseThrow();
                    var first = scene.act(scene.usual());
                    scene.expectDone(first);
                    var answer = scene.actOnce(other, scene.usual());
                    scene.expect(!answer.done(), answer, "an error that says that the key stands for another request");
                    scene.expectEffects(1, "the first request's effect is all there is");
                    scene.expectSame(scene.act(scene.repeated(1)), first);
                });
    }

    private Optional<P> another() {
        try {
            return list.participant().another(list.participant().request(list.nextSagaId()));
        } catch (Exception e) {
            throw new IllegalStateException(list.participant().name() + " cannot make another request", e);
        }
    }
}
