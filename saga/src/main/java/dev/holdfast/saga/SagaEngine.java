package dev.holdfast.saga;

import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.UnclearCommitException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs sagas: starts them, carries each to its end, and takes up after a crash what was in flight.
///
/// Any number of engines, the nodes, run on one database. A node that shows no sign of life for a lease is fenced
/// off and its sagas go on at the others; one that starts under the name of another fences that off at once. What a
/// fenced node still has in mind it cannot record any more, and what it still sends is harmless, because
/// participants answer by the same keys.
public final class SagaEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SagaEngine.class);

    private final Map<String, SagaDefinition<?>> definitions;
    private final SagaSettings settings;
    private final SagaRun.Tools tools;
    private final Membership membership;
    private final Ownership ownership;
    private final SagaLane lane;
    private final SagaReads reads;
    private final Adoption adoption;
    private final Runs runs;
    private final Sleepers sleepers;
    private final SagaOperator operator;
    private final RetentionRounds retention;

    SagaEngine(SagaEngineBuilder builder) {
        var dataSource = builder.dataSource;
        definitions = Map.copyOf(builder.definitions);
        settings = builder.settings;
        SagaSchema.verify(dataSource);
        membership = new Membership(builder.laneConnections, builder.node, settings.lease(), builder.listener);
        lane = new SagaLane(builder.laneConnections, membership, settings, builder.listener.batches());
        reads = new SagaReads(dataSource);
        ownership = new Ownership(dataSource, builder.laneConnections, lane, membership.node());
        var signals = reads.signals();
        tools = new SagaRun.Tools(
                lane,
                new TimedCaller(),
                builder.clock,
                builder.random,
                builder.listener,
                builder.tracing,
                new EngineSurroundings(this, settings, builder.clock));
        adoption = new Adoption(ownership, definitions, reads, tools, settings.maxInFlight());
        runs = adoption.runs();
        sleepers = new Sleepers(
                membership.node(),
                signals,
                builder.clock,
                new Waking(lane, ownership, signals, adoption),
                paused -> runs.all().forEach(live -> live.run().wake()));
        adoption.wakesBy(sleepers::wake);
        operator = new SagaOperator(this, lane, signals, builder.clock);
        retention = new RetentionRounds(dataSource, builder.retention, builder.clock, settings.lease());
    }

    /// Takes up what was in flight. Must be called once, before anything is started.
    void begin() {
        membership.begins(lane, adoption, sleepers::lookSoon);
        retention.begin();
        sleepers.begin();
        runs.open();
        adoption.adoptAll();
        adoption.sweepEvery(settings.sweepEvery());
        sleepers.start();
    }

    /// Begins an engine on a database whose tables exist ([SagaSchema#create]).
    ///
    /// @param dataSource gives connections for reading; one is kept for writing
    public static SagaEngineBuilder builder(DataSource dataSource) {
        return new SagaEngineBuilder(dataSource);
    }

    /// Starts a saga. Returns as soon as that is durable; the saga then runs on its own.
    ///
    /// @throws OverloadedException too many sagas in flight, the engine is closing, or its definition is paused;
    ///     nothing was recorded
    /// @throws PayloadTooLargeException it carries more than the engine takes; nothing was recorded
    /// @throws dev.holdfast.groupcommit.NotCommittedException surely not started
    /// @throws dev.holdfast.groupcommit.RejectedRequestException the database refuses the payload, or the saga id
    ///     is another saga's; nothing was recorded
    /// @throws UnclearCommitException it may be started; repeat with the same key
    public <P> StartAnswer start(SagaDefinition<P> definition, StartRequest<P> request) {
        request.mustNotUseAScopeOfTheEngine();
        return start(definition, request, null);
    }

    private <P> StartAnswer start(SagaDefinition<P> definition, StartRequest<P> request, String parent) {
        if (definitions.get(Adoption.key(definition.name(), definition.version())) != definition) {
            throw new IllegalArgumentException(definition + " is not registered with this engine");
        }
        var execution = execution(definition, request, parent);
        boolean paused = parent == null && sleepers.isPaused(definition.name());
        if (lane.stopped() || paused || !runs.admit(parent != null)) {
            tell(listener -> listener.refused(definition.name()));
            var why = paused
                    ? "sagas '" + definition.name() + "' are paused by an operator"
                    : "no more sagas are taken now";
            throw new OverloadedException("saga-" + membership.node(), why + "; nothing was recorded");
        }
        boolean begun = false;
        adoption.startBegins(request.sagaId());
        try {
            var keyExpires = keyExpires(execution.createdAt());
            var answer = answer(lane.submit(new Command.Start(execution, request, keyExpires)));
            if (answer instanceof StartAnswer.Started) {
                begun = true;
                tell(listener -> listener.started(execution.sagaId(), execution.definition()));
                runs.begin(new SagaRun<>(definition, execution, request.payload(), List.of(), tools), Runs.How.STARTED);
            }
            return answer;
        } catch (UnclearCommitException e) {
            adoption.leftBehind();
            throw e;
        } finally {
            adoption.startIsOver(request.sagaId());
            if (!begun) {
                runs.leave();
            }
        }
    }

    /// What an idempotency key stands for, if it started a saga.
    public Optional<StartedBy> startedBy(String scope, String idempotencyKey) {
        return reads.startedBy(scope, idempotencyKey);
    }

    /// The id of the saga that has, or had, a name.
    public Optional<String> named(String name) {
        return reads.named(name);
    }

    /// The id of the saga that holds a subject: the one about it that has not failed.
    public Optional<String> holderOf(String subject) {
        return reads.holderOf(subject);
    }

    /// One saga, whole, as it is recorded.
    public Optional<SagaView> find(String sagaId) {
        return reads.find(sagaId).map(whole -> {
            whole.recorded().whole();
            var execution = whole.recorded().execution();
            var definition = definitions.get(Adoption.key(execution.definition(), execution.version()));
            return Views.of(definition, execution, whole.recorded().log(), whole.tasks());
        });
    }

    /// How each of these sagas stands, in one query; those that do not exist are missing. At most some thousands.
    public Map<String, SagaStatus> statuses(Collection<String> sagaIds) {
        return reads.statuses(sagaIds);
    }

    /// Waits until a saga has ended or the time is over, and says how it stands then. One that runs on this node
    /// wakes its waiters itself.
    ///
    /// @return empty when there is no such saga
    public Optional<SagaView> await(String sagaId, Duration atMost) {
        long nanos = TimeUnit.NANOSECONDS.convert(atMost); // the longest there is, where it is longer
        long end = System.nanoTime() + nanos;
        try {
            for (var left = Duration.ofNanos(nanos);
                    left.isPositive();
                    left = Duration.ofNanos(end - System.nanoTime())) {
                var live = runs.of(sagaId);
                if (live.isPresent()) {
                    var ended = endedHere(live.get(), left);
                    if (ended.isPresent()) {
                        return ended;
                    }
                }
                var view = find(sagaId);
                if (view.isEmpty() || view.get().status().ended()) {
                    return view;
                }
                var pause = Looks.pauseAfter(Duration.ofNanos(nanos - (end - System.nanoTime())));
                Thread.sleep(left.compareTo(pause) < 0 ? left : pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.debug("saga {} has not ended yet", sagaId);
        }
        return find(sagaId);
    }

    /// Empty when it stopped here without an end: it is put down, or another loop goes on with it.
    private static Optional<SagaView> endedHere(Runs.Live live, Duration left)
            throws InterruptedException, TimeoutException {
        try {
            return Optional.of(live.ended().get(left.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            return Optional.empty();
        }
    }

    /// A page of sagas, newest first.
    public List<SagaSummary> list(SagaQuery query) {
        return reads.list(query);
    }

    /// Sagas in flight on this node, those that are just being started among them. Parked ones are not.
    public int inFlight() {
        return runs.count();
    }

    /// What is in flight on this node, for gauges. Costs no query.
    public EngineLoad load() {
        return EngineLoad.of(runs.all().stream().<SagaRun<?>>map(Runs.Live::run).toList());
    }

    /// Whether this saga is in flight on this node. Costs no query.
    public boolean runs(String sagaId) {
        return runs.of(sagaId).isPresent();
    }

    /// Nothing is in flight on this node.
    public boolean quiet() {
        return inFlight() == 0;
    }

    /// Tells a saga something it may wait for. Durable when this returns, and delivered once however often it is
    /// sent: also to a saga that does not wait yet, and to one that runs on another node.
    ///
    /// @param name of the signal, as the step says that waits for it; 1 to 50 characters, not beginning with `$`
    /// @param key makes a repetition the same signal, unique in its saga, 1 to 255 characters
    /// @param payload what it brings, up to 4,000 characters; empty for nothing
    /// @throws dev.holdfast.groupcommit.GroupCommitException it was not recorded, or perhaps not; repeat it
    public SignalAnswer signal(String sagaId, String name, String key, String payload) {
        if (!StepSpec.isSignalName(name)) {
            throw new IllegalArgumentException(
                    "a signal's name has 1 to 50 characters and no '$' in front, not '" + name + "'");
        }
        return send(Signal.of(sagaId, key, name, payload, tools.clock().now()), null);
    }

    /// Tells a saga to turn back. It does if its pivot has not begun, or was refused and waits for another request;
    /// otherwise it goes through, and cancelling what it has done is a saga of its own.
    ///
    /// @param key as for [#signal]
    /// @param reason the saga's failure says it, up to 4,000 characters
    public SignalAnswer cancel(String sagaId, String key, String reason) {
        return send(Signal.of(sagaId, key, Signal.CANCEL, reason, tools.clock().now()), null);
    }

    /// What operators do.
    public SagaOperator operator() {
        return operator;
    }

    /// What drops sagas that ended long ago, if this engine does.
    public Optional<SagaRetention> retention() {
        return retention.retention();
    }

    SignalAnswer send(Signal signal, Command.Audit audit) {
        var sent = (Command.Result.Sent) lane.submit(new Command.Send(signal, audit));
        if (sent.answer() instanceof SignalAnswer.Recorded && sent.here()) {
            deliver(signal);
        }
        return sent.answer();
    }

    /// One that reaches nobody here is found by the node whose saga it is for.
    void deliver(Signal signal) {
        runs.of(signal.sagaId())
                .ifPresentOrElse(live -> live.run().deliver(signal), () -> sleepers.wake(signal.sagaId()));
    }

    /// @return `false` when it must not start
    <C> boolean startChild(SagaDefinition<C> definition, String sagaId, C payload, String parent) {
        var trace = runs.of(parent.substring(0, parent.indexOf(' ')))
                .map(live -> live.run().execution().traceparent())
                .orElse(null);
        var request = new StartRequest<>(sagaId, payload, ChildSagas.SCOPE, sagaId, "child", null, null, trace);
        return switch (start(definition, request, parent)) {
            case StartAnswer.Started _, StartAnswer.AlreadyStarted _ -> true;
            case StartAnswer.KeyReused _, StartAnswer.NameTaken _, StartAnswer.SubjectTaken _ -> false;
        };
    }

    /// A saga that was not started never will be; one that was is told to turn back.
    void forbidChild(String sagaId) {
        lane.submit(new Command.Forbid(sagaId, keyExpires(tools.clock().now())));
        cancel(sagaId, "parent-turned-back", "the saga it belongs to turned back");
    }

    /// Until when an idempotency key is kept at least.
    Instant keyExpires(Instant usedAt) {
        return SagaRetention.expiry(usedAt.plus(settings.startKeysKept()));
    }

    /// Tries a parked saga here, whoever has it: this may be the node that can run it.
    void tryParked(String sagaId) {
        if (adoption.isParked(sagaId)) {
            adoption.unpark(sagaId);
        }
    }

    boolean isParked(String sagaId) {
        return adoption.isParked(sagaId);
    }

    boolean knows(String definition) {
        return definitions.values().stream().anyMatch(each -> each.name().equals(definition));
    }

    boolean isPaused(String definition) {
        return sleepers.isPaused(definition);
    }

    void lookAround() {
        sleepers.look();
    }

    /// The nodes on this database, as this one sees them.
    public List<NodeView> nodes() {
        return ownership.nodes(membership::still);
    }

    /// Takes no more sagas, lets running attempts finish, and stops. What is in flight goes on at the other nodes
    /// at once, or, where there is none, at the next start.
    @Override
    public void close() {
        lane.drain();
        membership.willLeave();
        retention.close();
        adoption.close();
        sleepers.close();
        runs.all().forEach(live -> live.run().wake());
        try {
            if (!runs.awaitNone(settings.drainGrace())) {
                LOG.warn("{} sagas are still busy after {} and are interrupted", runs.count(), settings.drainGrace());
                runs.all().forEach(Runs.Live::interrupt);
                runs.awaitNone(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runs.close();
        lane.close();
        membership.leave();
    }

    private <P> Execution execution(SagaDefinition<P> definition, StartRequest<P> request, String parent) {
        var payload = Objects.requireNonNull(
                definition.codec().toJson(request.payload()), () -> "the codec of " + definition + " returned null");
        if (payload.length() > settings.maxPayload()) {
            throw new PayloadTooLargeException(request.sagaId(), payload.length(), settings.maxPayload());
        }
        return new Execution(
                request.sagaId(),
                definition.name(),
                definition.version(),
                payload,
                request.subject(),
                request.traceparent(),
                parent,
                tools.clock().now());
    }

    private static StartAnswer answer(Command.Result result) {
        return switch (result) {
            case Command.Result.Answered(var answer) -> answer;
            case Command.Result.Recorded _,
                    Command.Result.Conflict _,
                    Command.Result.Sent _,
                    Command.Result.PickedUp _,
                    Command.Result.Fenced _ -> throw new AssertionError("no answer to a start: " + result);
        };
    }

    private void tell(Consumer<SagaListener> news) {
        try {
            news.accept(tools.listener());
        } catch (RuntimeException | Error e) {
            LOG.warn("a listener threw, which changes nothing", e);
        }
    }
}
