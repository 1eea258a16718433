package dev.holdfast.saga.test.conformance;

import static dev.holdfast.saga.test.conformance.Promise.FIND_OUT;
import static dev.holdfast.saga.test.conformance.Promise.ONE_TRANSACTION;

import dev.holdfast.saga.test.conformance.ParticipantUnderTest.Deaths;
import java.util.Optional;

/// Called, and gone.
record DeathChecks<P>(CheckList<P> list) {

    private static final String BEFORE = "the next call dies before its commit";
    private static final String AFTER = "the next call dies after its commit";

    void addAll() {
        addRestart();
        var deaths = list.participant().deaths();
        add(ONE_TRANSACTION, "a_call_that_dies_before_its_commit_can_be_repeated", deaths, (scene, death) -> {
            scene.happens(BEFORE, death::beforeCommit);
            var answer = scene.actOnce(scene.usual());
            scene.expect(!answer.definite(), answer, "no definite answer from a call that died");
            scene.expectDone(scene.act(scene.repeated(1)));
            scene.expectEffects(1, "it was done by the repetition");
        });
        add(ONE_TRANSACTION, "a_call_that_dies_before_its_commit_can_be_undone", deaths, (scene, death) -> {
            scene.happens(BEFORE, death::beforeCommit);
            scene.actOnce(scene.usual());
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "it was undone");
            scene.expectRefused(scene.act(scene.repeated(1)));
            scene.expectEffects(0, "it was undone");
        });
        addFindingOut(deaths);
        add(ONE_TRANSACTION, "an_undo_that_dies_can_be_repeated", deaths, (scene, death) -> {
            scene.expectDone(scene.act(scene.usual()));
            scene.happens(BEFORE, death::beforeCommit);
            scene.undoOnce(0);
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "the repetition has undone it");
            scene.happens(AFTER, death::afterCommit);
            scene.undoOnce(0);
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "it is undone once");
        });
    }

    private void addFindingOut(Optional<Deaths> deaths) {
        add(FIND_OUT, "a_call_that_dies_after_its_commit_is_found_by_repeating_it", deaths, (scene, death) -> {
            scene.happens(AFTER, death::afterCommit);
            var answer = scene.actOnce(scene.usual());
            scene.expect(!answer.definite(), answer, "no definite answer from a call that died");
            scene.expectDone(scene.act(scene.repeated(1)));
            scene.expectEffects(1, "it was done by the call whose answer was lost");
        });
        add(FIND_OUT, "a_call_that_dies_after_its_commit_can_be_undone", deaths, (scene, death) -> {
            scene.happens(AFTER, death::afterCommit);
            scene.actOnce(scene.usual());
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "what was done by the call whose answer was lost is undone");
        });
    }

    private void addRestart() {
        list.addWith(
                ONE_TRANSACTION,
                "what_is_known_outlives_the_process",
                list.participant().restart(),
                "restart",
                (scene, again) -> {
                    var first = scene.act(scene.usual());
                    scene.expectDone(first);
                    scene.happens("the participant is restarted", again::restart);
                    scene.expectSame(scene.act(scene.repeated(1)), first);
                    scene.expectEffects(1, "it was done before the restart");
                    scene.expectDone(scene.undo());
                    scene.happens("the participant is restarted", again::restart);
                    scene.expectRefused(scene.act(scene.repeated(2)));
                    scene.expectEffects(0, "it was undone before the restart");
                });
    }

    private void add(Promise promise, String name, Optional<Deaths> deaths, CheckList.PlayWith<P, Deaths> play) {
        list.addWith(promise, name, deaths, "deaths", play);
    }
}
