package dev.holdfast.saga;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/// The engine's ports, for a [SagaStepper]: hands what the engine asks on to the stepper's world.
///
/// The engine begins an attempt without saying what it is. So the definition it runs has actions that tell, and act
/// only when the world lets them.
///
/// @param <P> what the saga carries
final class SteppedWorld<P> implements SagaLog, StepCaller {

    private final SagaStepper.World world;
    private Made made;

    SteppedWorld(SagaStepper.World world) {
        this.world = world;
    }

    /// The same flow with the actions that tell.
    SagaDefinition<P> told(SagaDefinition<P> definition) {
        return definition.acting(
                step -> step.acting(
                        (payload, call) ->
                                tells(step, false, call, sent -> step.does().run(payload, sent)),
                        step.undoneBy() == null
                                ? null
                                : (payload, call) -> tells(
                                        step,
                                        true,
                                        call,
                                        sent -> step.undoneBy().run(payload, sent))),
                definition.closing().map(this::told).orElse(null));
    }

    @Override
    public long append(Command.Append append) {
        world.append(append.entries());
        return 0;
    }

    @Override
    public boolean stopped() {
        return false;
    }

    @Override
    public Call begin(Callable<Outcome> attempt, Alarm over) {
        made = null;
        TimedCaller.outcomeOf(attempt);
        if (made == null) {
            throw new IllegalStateException("an attempt that calls nothing can not be stepped through");
        }
        made.over = over;
        world.begin(made);
        return made;
    }

    @Override
    public void await(Duration atMost, Alarm alarm) throws InterruptedException {
        world.clock().sleep(world.clock().now().plus(atMost), alarm);
    }

    private ClosingAction<P> told(ClosingAction<P> closing) {
        return (payload, sagaId, ending) -> tells(null, false, null, _ -> {
            closing.run(payload, sagaId, ending);
            return Outcome.Done.done();
        });
    }

    private Outcome tells(Step<P> step, boolean undo, StepCall call, Action action) {
        made = new Made(step, undo, call, action);
        return Outcome.Done.done();
    }

    private interface Action {
        Outcome run(StepCall call) throws Exception;
    }

    private static final class Made implements SagaStepper.Attempt, Call {

        private final Step<?> step;
        private final boolean undo;
        private final StepCall call;
        private final Action action;
        private Alarm over;
        private Outcome outcome;
        private boolean abandoned;

        Made(Step<?> step, boolean undo, StepCall call, Action action) {
            this.step = step;
            this.undo = undo;
            this.call = call;
            this.action = action;
        }

        @Override
        public Optional<StepCall> call() {
            return Optional.ofNullable(call);
        }

        @Override
        public boolean undo() {
            return undo;
        }

        @Override
        public StepKind kind() {
            return step == null ? null : step.kind();
        }

        @Override
        public String service() {
            return step == null ? "" : step.owner().service();
        }

        /// A closing action says by an exception that it wants to be called again; that is no defect.
        @Override
        public Outcome act(StepCall sent) {
            return TimedCaller.outcomeOf(() -> {
                try {
                    return action.run(sent);
                } catch (Exception e) {
                    if (step == null) {
                        return new Outcome.Failed(String.valueOf(e.getMessage()));
                    }
                    throw e;
                }
            });
        }

        @Override
        public void answer(Outcome answer) {
            if (outcome == null) {
                outcome = answer;
                over.ring();
            }
        }

        @Override
        public Optional<Outcome> outcome() {
            return Optional.ofNullable(outcome);
        }

        @Override
        public void abandon() {
            abandoned = true;
        }

        @Override
        public boolean abandoned() {
            return abandoned;
        }
    }
}
