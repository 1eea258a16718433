package dev.holdfast.saga.test.conformance;

import static dev.holdfast.saga.test.conformance.Promise.FIND_OUT;
import static dev.holdfast.saga.test.conformance.Promise.ONE_TRANSACTION;

import dev.holdfast.saga.test.conformance.ParticipantUnderTest.Happening;

/// Called, and gone.
record DeathChecks<P>(CheckList<P> list) {

    private static final String BEFORE = "the next call dies before its commit";
    private static final String AFTER = "the next call dies after its commit";
    private static final String NO_REFUSAL = "no refusal from a call that died";

    void addAll() {
        addBefore("a_call_that_dies_before_its_commit_can_be_repeated", (scene, death) -> {
            scene.happens(BEFORE, death);
            var answer = scene.actOnce(scene.usual());
            scene.expect(!answer.refused(), answer, NO_REFUSAL);
            scene.expectDone(scene.act(scene.repeated(1)));
            scene.expectEffects(1, "it was done by the repetition");
        });
        addBefore("a_call_that_dies_before_its_commit_can_be_undone", (scene, death) -> {
            scene.happens(BEFORE, death);
            scene.actOnce(scene.usual());
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "it was undone");
            scene.expectRefused(scene.act(scene.repeated(1)));
            scene.expectEffects(0, "it was undone");
        });
        addBefore("an_undo_that_dies_before_its_commit_can_be_repeated", this::undoTwice);
        addAfter("a_call_that_dies_after_its_commit_is_found_by_repeating_it", (scene, death) -> {
            scene.happens(AFTER, death);
            var answer = scene.actOnce(scene.usual());
            scene.expect(!answer.refused(), answer, NO_REFUSAL);
            scene.expectDone(scene.act(scene.repeated(1)));
            scene.expectEffects(1, "it was done by the call whose answer was lost");
        });
        addAfter("a_call_that_dies_after_its_commit_can_be_undone", (scene, death) -> {
            scene.happens(AFTER, death);
            scene.actOnce(scene.usual());
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "what was done by the call whose answer was lost is undone");
        });
        addAfter("an_undo_that_dies_after_its_commit_can_be_repeated", this::undoTwice);
        addRestart();
    }

    private void undoTwice(Scene<P> scene, Happening death) throws Exception {
        scene.expectDone(scene.act(scene.usual()));
        scene.happens("the next call dies", death);
        scene.undoOnce(0);
        scene.expectDone(scene.undo());
        scene.expectEffects(0, "it is undone, once");
    }

    private void addRestart() {
        list.addWith(
                ONE_TRANSACTION,
                "what_is_known_outlives_the_process",
                list.participant().restart(),
                "restart",
                (scene, restart) -> {
                    var first = scene.act(scene.usual());
                    scene.expectDone(first);
                    scene.happens("the participant is restarted", restart);
                    scene.expectSame(scene.act(scene.repeated(1)), first);
                    scene.expectEffects(1, "it was done before the restart");
                    scene.expectDone(scene.undo());
                    scene.happens("the participant is restarted", restart);
                    scene.expectRefused(scene.act(scene.repeated(2)));
                    scene.expectEffects(0, "it was undone before the restart");
                });
    }

    private void addBefore(String name, CheckList.PlayWith<P, Happening> play) {
        list.addWith(ONE_TRANSACTION, name, list.participant().deathBeforeCommit(), "deathBeforeCommit", play);
    }

    private void addAfter(String name, CheckList.PlayWith<P, Happening> play) {
        list.addWith(FIND_OUT, name, list.participant().deathAfterCommit(), "deathAfterCommit", play);
    }
}
