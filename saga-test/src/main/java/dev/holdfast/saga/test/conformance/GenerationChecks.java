package dev.holdfast.saga.test.conformance;

import static dev.holdfast.saga.test.conformance.Promise.UNDO_ALWAYS;

/// Asked for again after a refusal, under the key of the next generation.
record GenerationChecks<P>(CheckList<P> list) {

    void addAll() {
        var together = "the_undo_covers_every_generation";
        var before = "an_undo_of_nothing_covers_generations_to_come";
        if (!list.participant().hasGenerations()) {
            list.leaveOut(together, "hasGenerations");
            list.leaveOut(before, "hasGenerations");
            return;
        }
        list.addRefused(UNDO_ALWAYS, together, (scene, refusal) -> {
            var first = scene.act(scene.usual());
            scene.expectRefused(first);
            scene.happens("the reason of the refusal is lifted", refusal.relent());
            scene.expectDone(scene.act(scene.ofGeneration(1)));
            scene.expectEffects(1, "the second generation was done");
            scene.expectDone(scene.undo());
            scene.expectEffects(0, "the undo of a step takes back every generation");
            scene.expectRefused(scene.act(scene.ofGeneration(1)));
            scene.expectRefused(scene.act(scene.ofGeneration(2)));
            scene.expectRefused(scene.act(scene.usual()));
            scene.expectEffects(0, "the step is undone");
        });
        list.add(UNDO_ALWAYS, before, scene -> {
            scene.expectDone(scene.undo());
            scene.expectRefused(scene.act(scene.ofGeneration(1)));
            scene.expectEffects(0, "the step was undone before");
        });
    }
}
