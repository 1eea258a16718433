package dev.holdfast.saga;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;

/// Gathers what an engine needs.
public final class SagaEngineBuilder {

    final DataSource dataSource;
    DataSource laneConnections;
    final Map<String, SagaDefinition<?>> definitions = new HashMap<>();
    String node = NodeId.uniqueName();
    SagaSettings settings = SagaSettings.DEFAULTS;
    SagaListener listener = SagaListener.NONE;
    SagaClock clock = SagaClock.system();
    RandomGenerator random = new Random();
    TraceBinding tracing = TraceBinding.NONE;
    RetentionSettings retention;

    SagaEngineBuilder(DataSource dataSource) {
        this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
        this.laneConnections = dataSource;
    }

    /// A definition whose sagas this engine can run. All versions that may still be in flight are registered.
    public SagaEngineBuilder register(SagaDefinition<?> definition) {
        if (definitions.putIfAbsent(Adoption.key(definition.name(), definition.version()), definition) != null) {
            throw new IllegalArgumentException(definition + " is registered twice");
        }
        return this;
    }

    /// Where the two connections come from that the engine keeps, one to write and one to beat, and now and then
    /// one to read what a dead node has left to this one. Default: the engine's data source; not a pool, or busy
    /// readers may make this node look dead and keep it from going on with the sagas of another. The one that
    /// writes has settings of its own for its session (time limits, how the server plans) and keeps them when it is
    /// given back.
    public SagaEngineBuilder laneConnections(DataSource source) {
        laneConnections = Objects.requireNonNull(source, "laneConnections");
        return this;
    }

    /// The node's name, up to 40 characters. Default: one that nobody else has.
    ///
    /// A name stands for a place where one process runs at a time: who starts under the name of another fences that
    /// one off at once.
    public SagaEngineBuilder node(String name) {
        if (name == null || name.isBlank() || name.length() > NodeId.LONGEST_NAME) {
            throw new IllegalArgumentException("a node's name has 1 to 40 characters, not '" + name + "'");
        }
        node = name;
        return this;
    }

    public SagaEngineBuilder settings(SagaSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
        return this;
    }

    public SagaEngineBuilder listener(SagaListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    public SagaEngineBuilder clock(SagaClock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
        return this;
    }

    /// The random part of pauses. Asked by many threads at once.
    public SagaEngineBuilder random(RandomGenerator random) {
        this.random = Objects.requireNonNull(random, "random");
        return this;
    }

    /// Around every attempt: binds the saga's trace to the thread that makes it.
    public SagaEngineBuilder tracing(TraceBinding tracing) {
        this.tracing = Objects.requireNonNull(tracing, "tracing");
        return this;
    }

    /// Has the engine drop sagas that ended long ago, every hour. Without, which is the default, all are kept, and
    /// so are all start keys.
    public SagaEngineBuilder retention(RetentionSettings settings) {
        this.retention = Objects.requireNonNull(settings, "retention");
        return this;
    }

    /// Starts the engine: takes up every saga in flight that belongs to no living node.
    ///
    /// @throws IllegalStateException the tables are missing or of another version
    /// @throws IllegalArgumentException a step starts sagas of a definition that is not registered
    public SagaEngine start() {
        definitions.values().forEach(this::mustKnowTheSagasItStarts);
        var engine = new SagaEngine(this);
        try {
            engine.begin();
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
        return engine;
    }

    /// Otherwise the step would never succeed, which is too late to be told of.
    private void mustKnowTheSagasItStarts(SagaDefinition<?> definition) {
        for (var step : definition.steps()) {
            var started = step.children() == null ? null : step.children().definition();
            if (started != null && definitions.get(Adoption.key(started.name(), started.version())) != started) {
                throw new IllegalArgumentException("step '" + step.name() + "' of " + definition + " starts sagas "
                        + started + ", which are not registered with this engine");
            }
        }
    }
}
