package dev.holdfast.saga.test.conformance;

import static dev.holdfast.saga.test.conformance.Promise.UNDO_ALWAYS;
import static dev.holdfast.saga.test.conformance.Promise.UNDO_FIRST;

/// Undone, in every order.
record UndoChecks<P>(CheckList<P> list) {

    void addAll() {
        list.add(UNDO_ALWAYS, "undoing_nothing_succeeds", scene -> {
            scene.expectDone(scene.undo());
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "nothing was done");
        });
        list.add(UNDO_ALWAYS, "an_undo_takes_the_effect_back_once", scene -> {
            scene.expectDone(scene.act(scene.usual()));
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "it was undone");
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "an undo that comes twice takes back once");
        });
        list.add(UNDO_FIRST, "an_action_after_its_undo_is_refused", scene -> {
            scene.expectDone(scene.undo());
            scene.expectRefused(scene.act(scene.usual()));
            scene.expectEffects(0, "it was undone before it was done");
            scene.expectRefused(scene.act(scene.repeated(1)));
            scene.expectEffects(0, "it was undone before it was done");
        });
        list.add(UNDO_FIRST, "an_action_that_was_undone_stays_undone", scene -> {
            scene.expectDone(scene.act(scene.usual()));
            scene.expectDone(scene.undo());
            scene.expectRefused(scene.act(scene.repeated(1)));
            scene.expectEffects(0, "a repetition that was on its way while its step was undone must not do it again");
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "it is undone");
        });
        list.addRefused(UNDO_FIRST, "what_was_refused_and_undone_stays_refused", (scene, refusal) -> {
            scene.expectRefused(scene.act(scene.usual()));
            scene.expectDone(scene.undo());
            scene.happens("the reason of the refusal is lifted", refusal.relent());
            scene.expectRefused(scene.act(scene.repeated(1)));
            scene.expectEffects(0, "it was refused, and undone");
        });
    }
}
