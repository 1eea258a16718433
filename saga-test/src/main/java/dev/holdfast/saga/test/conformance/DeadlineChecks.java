package dev.holdfast.saga.test.conformance;

import static dev.holdfast.saga.test.conformance.Promise.DEADLINE;

/// Called late.
record DeadlineChecks<P>(CheckList<P> list) {

    void addAll() {
        list.add(DEADLINE, "a_late_action_has_no_effect", scene -> {
            scene.expectNoEffect(scene.actOnce(scene.late()));
            scene.expectEffects(0, "it came after its deadline");
        });
        // A saga that hears a definite no moves on and does not undo this step. An attempt with a later deadline,
        // from a node whose clock is ahead, may still be on its way. To answer Failed leaves the step in doubt.
        list.add(DEADLINE, "a_late_action_that_is_refused_stays_refused", scene -> {
            var late = scene.actOnce(scene.late());
            scene.expectNoEffect(late);
            if (late.refused()) {
                scene.expectRefused(scene.act(scene.repeated(1)));
                scene.expectEffects(0, "it was refused, and its saga has moved on; 'Failed' would leave it a choice");
            }
        });
        // Refused, it would be taken for a step without an effect, and not be undone.
        list.add(DEADLINE, "a_late_repetition_gets_the_answer_on_record", scene -> {
            var first = scene.act(scene.usual());
            scene.expectDone(first);
            scene.expectSame(scene.actOnce(scene.late()), first);
            scene.expectEffects(1, "it was done in time");
        });
        list.add(DEADLINE, "an_undo_of_a_late_action_succeeds", scene -> {
            scene.actOnce(scene.late());
            scene.expectDone(scene.undo());
            scene.expectRefused(scene.act(scene.repeated(1)));
            scene.expectEffects(0, "it was late, and undone");
        });
    }
}
