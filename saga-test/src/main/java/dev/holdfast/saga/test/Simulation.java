package dev.holdfast.saga.test;

import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaHistories;
import dev.holdfast.saga.SagaStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// One run of the world: a saga from its start to its end under one schedule, in one thread and in virtual time.
///
/// @param <W> the world
/// @param <P> what the saga carries
final class Simulation<W, P> {

    private static final int MOST_TAKEOVERS = 50;

    private final Setup<W, P> setup;
    private final Stage stage;
    private final Story story = new Story();
    private final W world;
    private final SagaDefinition<P> definition;
    private final Network network;
    private final Journal journal;
    private final Mail mail;
    private final List<Run.Broken> broken = new ArrayList<>();

    private Simulation(Setup<W, P> setup, Choices choices) {
        this.setup = setup;
        var time = new VirtualTime(setup.start.get());
        this.world = setup.world.apply(new Circumstances(time, choices, story));
        this.definition = setup.definition.apply(world);
        this.mail = new Mail();
        var events = Stage.onceEach(setup.meanwhile, world);
        setup.signals.forEach((name, payload) -> events.put("signal '" + name + "'", () -> mail.send(name, payload)));
        this.stage = new Stage(time, choices, story, setup.plant.store(), setup.plant, setup.faults, events);
        Predicate<String> refusing = setup.refusing == null ? null : step -> setup.refusing.test(world, step);
        this.network = new Network(stage, refusing);
        this.journal = new Journal(stage);
    }

    static <W, P> Run of(Setup<W, P> setup, Choices.Chooser chooser) {
        var choices = new Choices(chooser);
        return new Simulation<>(setup, choices).run(choices);
    }

    private Run run(Choices choices) {
        try {
            toTheEnd();
            rest();
        } catch (Endless e) {
            broken("the saga comes to an end", e.getMessage());
        } catch (RuntimeException e) {
            broken("nothing throws that should not", String.valueOf(e));
        }
        var end = end();
        check(end);
        broken.forEach(each -> story.tell("BROKEN: " + each));
        return new Run(choices.taken(), end, List.copyOf(broken), story.lines());
    }

    private void toTheEnd() {
        var node = node();
        var fresh = true;
        for (int takeovers = 0; !goesThrough(node, fresh); takeovers++) {
            if (takeovers > MOST_TAKEOVERS) {
                throw new Endless("it was taken over " + MOST_TAKEOVERS + " times and has not ended");
            }
            node = node();
            fresh = false;
        }
    }

    private Node<P> node() {
        return new Node<>(
                new Node.Saga<>(definition, setup.sagaId.apply(world), setup.payload.apply(world)),
                stage,
                network,
                journal,
                mail);
    }

    /// @return whether the saga has ended
    private boolean goesThrough(Node<P> node, boolean fresh) {
        try {
            node.run(fresh);
            return true;
        } catch (NodeGone e) {
            stage.time().pass(e.why().absence());
            stage.store().nodeDied();
            if (e.why().takenOver()) {
                story.tell("node %d takes the saga over, %s later"
                        .formatted(
                                stage.store().takeOver(), Story.lasting(e.why().absence())));
            } else {
                story.tell("the node finds another log than its own, and reads it again");
            }
            return false;
        }
    }

    /// What is on its way arrives, and what the participants do by themselves is done.
    private void rest() {
        network.settle(() -> setup.afterwards.accept(world));
        journal.settle();
    }

    private End end() {
        var log = stage.store().log();
        var view = Node.view(definition, setup.sagaId.apply(world), setup.payload.apply(world), log);
        var code = view.map(
                        each -> each.failure() == null ? null : each.failure().code())
                .orElse(null);
        return new End(
                setup.sagaId.apply(world), view.map(each -> each.status()).orElse(SagaStatus.STARTED), code, log);
    }

    private void check(End end) {
        stage.store().violations().forEach(what -> broken("a node that was replaced records nothing", what));
        broken.addAll(network.violations());
        if (!broken.isEmpty()) {
            return;
        }
        setup.invariants.forEach((name, invariant) -> {
            Optional<String> wrong;
            try {
                wrong = invariant.broken(world, end);
            } catch (Exception | AssertionError e) {
                wrong = Optional.of(String.valueOf(e.getMessage()));
            }
            wrong.ifPresent(what -> broken(name, what));
        });
        if (broken.isEmpty() && !setup.plant.tampers() && !setup.fitting.contains(end.path())) {
            SagaHistories.misfit(definition, end.log())
                    .ifPresentOrElse(
                            misfit -> broken("the log is what the core would write", misfit.reason()),
                            () -> setup.fitting.add(end.path()));
        }
    }

    private void broken(String invariant, String what) {
        broken.add(new Run.Broken(invariant, what));
    }
}
