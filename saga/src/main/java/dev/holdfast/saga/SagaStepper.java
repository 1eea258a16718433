package dev.holdfast.saga;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One saga, taken forward step by step by whoever holds this, in a world of their own: for test kits. It is the
/// engine's loop and the engine's core; only what they touch is handed in. Reads no database, starts no thread.
///
/// Used by one thread. Where its world throws, it is at its end as a node that dies: another one, made from the log
/// that is durable, goes on.
///
/// @param <P> what the saga carries
public final class SagaStepper<P> {

    /// Everything a saga touches.
    public interface World {

        /// Returns when the rows, one or more, are durable, all of them. What it throws goes to whoever called
        /// [#advance()].
        void append(List<LogEntry> rows);

        /// An attempt begins. The world makes it whenever it likes, but not in here: it is asked to wait soon.
        void begin(Attempt attempt);

        /// Time. Where the saga waits for an answer or for a pause to be over it sleeps here, until then at most;
        /// an answer ends the sleep by its alarm.
        SagaClock clock();

        /// Decides how long pauses are.
        RandomGenerator random();
    }

    /// One attempt at a step, at its undo, or at closing.
    public interface Attempt {

        /// What the participant is told; empty for the closing action.
        Optional<StepCall> call();

        boolean undo();

        /// The kind of the step; `null` for the closing action.
        StepKind kind();

        /// The service that owns the step; `""` for the closing action.
        String service();

        /// Calls the participant. May be done never, late, or more than once: what happens to a message.
        ///
        /// @param call [#call()], unless it is to be another; `null` for the closing action
        /// @return what the engine makes of the participant's answer or exception
        Outcome act(StepCall call);

        /// Whether the saga waits for it no more: its time was over. What it still does is a late call.
        boolean abandoned();

        /// Lets the saga know the outcome. Without it, the attempt is unclear when its time is over. The first
        /// answer counts.
        void answer(Outcome outcome);
    }

    private final SagaRun<P> run;
    private final String sagaId;
    private final SagaClock clock;

    /// @param log what is recorded, from the first row on
    public SagaStepper(SagaDefinition<P> definition, String sagaId, P payload, List<LogEntry> log, World world) {
        this.sagaId = sagaId;
        this.clock = world.clock();
        var stepped = new SteppedWorld<P>(world);
        this.run = new SagaRun<>(
                stepped.told(definition),
                execution(definition, sagaId, payload, began(log, clock.now())),
                payload,
                log,
                new SagaRun.Tools(
                        stepped,
                        stepped,
                        clock,
                        world.random(),
                        SagaListener.NONE,
                        TraceBinding.NONE,
                        Surroundings.NONE));
    }

    /// Must be called first where another stepper may have gone on from this log before: the step that was next may
    /// have been called.
    ///
    /// @param node who goes on, for the log
    public void recovered(String node) {
        run.recovered(node);
    }

    /// Does the next thing: records, begins attempts, or waits.
    ///
    /// @return `false` when the saga has ended
    public boolean advance() {
        return run.advance();
    }

    /// Hands over a signal. Once, however often: the key tells.
    ///
    /// @param payload what it brings, `""` for nothing
    public void signal(String key, String name, String payload) {
        run.deliver(new Signal(sagaId, key, name, payload, null, clock.now()));
    }

    /// As far as it is recorded.
    public List<LogEntry> log() {
        return run.log();
    }

    /// How a saga stands whose log this is.
    ///
    /// @throws RuntimeException it is no log of this definition
    public static <P> SagaView view(SagaDefinition<P> definition, String sagaId, P payload, List<LogEntry> log) {
        var execution = execution(definition, sagaId, payload, began(log, Instant.EPOCH));
        return Views.of(definition, execution, log, Tasks.of(definition, sagaId, Standing.of(log)));
    }

    /// A test kit starts its sagas when they are first run.
    private static Instant began(List<LogEntry> log, Instant otherwise) {
        return log.isEmpty() ? otherwise : log.getFirst().startedAt();
    }

    private static <P> Execution execution(SagaDefinition<P> definition, String sagaId, P payload, Instant createdAt) {
        return new Execution(
                sagaId,
                definition.name(),
                definition.version(),
                definition.codec().toJson(payload),
                null,
                null,
                null,
                createdAt);
    }
}
