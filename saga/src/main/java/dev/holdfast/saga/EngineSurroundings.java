package dev.holdfast.saga;

import java.time.Duration;
import java.util.Optional;

/// What an engine is for the sagas it runs.
final class EngineSurroundings implements Surroundings {

    private final SagaEngine engine;
    private final SagaSettings settings;
    private final ChildSagas children;

    EngineSurroundings(SagaEngine engine, SagaSettings settings, SagaClock clock) {
        this.engine = engine;
        this.settings = settings;
        this.children = new ChildSagas(engine, clock);
    }

    @Override
    public boolean paused(String definition) {
        return engine.isPaused(definition);
    }

    @Override
    public Optional<Duration> putDownAfter() {
        return Optional.of(settings.putDownAfter());
    }

    @Override
    public <P> Outcome children(Step<P> step, P payload, StepCall call) throws Exception {
        return children.attempt(step, payload, call);
    }

    @Override
    public void deliver(Signal signal) {
        engine.deliver(signal);
    }

    @Override
    public int maxLogRows() {
        return settings.maxLogRows();
    }
}
