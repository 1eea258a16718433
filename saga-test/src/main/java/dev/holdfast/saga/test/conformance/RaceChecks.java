package dev.holdfast.saga.test.conformance;

import static dev.holdfast.saga.test.conformance.Promise.ONE_EFFECT;
import static dev.holdfast.saga.test.conformance.Promise.UNDO_ALWAYS;

import java.util.ArrayList;

/// Called at the same time.
record RaceChecks<P>(CheckList<P> list) {

    void addAll() {
        list.addRace(ONE_EFFECT, "the_same_key_at_the_same_time_has_one_effect_and_one_answer", scene -> {
            var answers = scene.atOnce(scene.times(list.threads(), () -> scene.act(scene.usual())));
            for (var answer : answers) {
                scene.expectDone(answer);
                scene.expectSame(answer, answers.getFirst());
            }
            scene.expectEffects(1, list.threads() + " calls had the same key");
        });
        list.addRace(UNDO_ALWAYS, "an_action_and_its_undo_at_the_same_time_end_in_undone", scene -> {
            var calls = new ArrayList<>(scene.times(Math.max(1, list.threads() / 2), () -> scene.act(scene.usual())));
            calls.add(scene::undo);
            var answers = scene.atOnce(calls);
            scene.expectDone(answers.getLast());
            scene.expectEffects(0, "the undo has succeeded");
            scene.expectRefused(scene.act(scene.repeated(1)));
            scene.expectEffects(0, "the undo has succeeded");
        });
        list.addRace(UNDO_ALWAYS, "undos_at_the_same_time_take_back_once", scene -> {
            scene.expectDone(scene.act(scene.usual()));
            for (var answer : scene.atOnce(scene.times(list.threads(), scene::undo))) {
                scene.expectDone(answer);
            }
            scene.expectEffects(0, "it was undone");
        });
    }
}
