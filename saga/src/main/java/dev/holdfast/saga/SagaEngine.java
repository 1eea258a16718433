package dev.holdfast.saga;

import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.UnclearCommitException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
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

    /// How often a saga that another node runs is looked at by those who wait for it here.
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    /// Of what an operator says.
    private static final int LONGEST_TEXT = 4_000;

    /// How long an operator waits for a saga that is busy with an attempt.
    private static final Duration ORDER_PATIENCE = Duration.ofSeconds(30);

    private final Map<String, SagaDefinition<?>> definitions;
    private final SagaSettings settings;
    private final SagaRun.Tools tools;
    private final Membership membership;
    private final Ownership ownership;
    private final SagaLane lane;
    private final SagaReads reads;
    private final Adoption adoption;
    private final Runs runs;

    private SagaEngine(Builder builder) {
        var dataSource = builder.dataSource;
        definitions = Map.copyOf(builder.definitions);
        settings = builder.settings;
        SagaSchema.verify(dataSource);
        membership = new Membership(builder.laneConnections, builder.node, settings.lease(), builder.listener);
        lane = new SagaLane(builder.laneConnections, membership, settings, builder.listener.batches());
        reads = new SagaReads(dataSource);
        ownership = new Ownership(dataSource, lane, membership.node());
        tools = new SagaRun.Tools(
                lane, new TimedCaller(), builder.clock, builder.random, builder.listener, builder.tracing);
        adoption = new Adoption(ownership, definitions, reads, tools, settings.maxInFlight());
        runs = adoption.runs();
    }

    /// Begins an engine on a database whose tables exist ([SagaSchema#create]).
    ///
    /// @param dataSource gives connections for reading; one is kept for writing
    public static Builder builder(DataSource dataSource) {
        return new Builder(dataSource);
    }

    /// Starts a saga. Returns as soon as that is durable; the saga then runs on its own.
    ///
    /// @throws OverloadedException too many sagas in flight, or the engine is closing; nothing was recorded
    /// @throws dev.holdfast.groupcommit.NotCommittedException surely not started
    /// @throws dev.holdfast.groupcommit.RejectedRequestException the database refuses the payload, or the saga id
    ///     is another saga's; nothing was recorded
    /// @throws UnclearCommitException it may be started; repeat with the same key
    public <P> StartAnswer start(SagaDefinition<P> definition, StartRequest<P> request) {
        if (definitions.get(Adoption.key(definition.name(), definition.version())) != definition) {
            throw new IllegalArgumentException(definition + " is not registered with this engine");
        }
        if (lane.stopped() || !runs.admit()) {
            tell(listener -> listener.refused(definition.name()));
            throw new OverloadedException(
                    "saga-" + membership.node(), "no more sagas are taken now; nothing was recorded");
        }
        boolean begun = false;
        adoption.startBegins(request.sagaId());
        try {
            var execution = execution(definition, request);
            var keyExpires = execution.createdAt().plus(settings.startKeysKept());
            var answer = answer(lane.submit(new Command.Start(execution, request, keyExpires)));
            if (answer instanceof StartAnswer.Started) {
                begun = true;
                tell(listener -> listener.started(execution.sagaId(), execution.definition()));
                runs.begin(new SagaRun<>(definition, execution, request.payload(), List.of(), tools), false);
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
                    return Optional.of(live.get().ended().get(left.toNanos(), TimeUnit.NANOSECONDS));
                }
                var view = find(sagaId);
                if (view.isEmpty() || view.get().status().ended()) {
                    return view;
                }
                Thread.sleep(left.compareTo(LOOK_EVERY) < 0 ? left : LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("saga {} has not ended here", sagaId);
        }
        return find(sagaId);
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

    /// Tries a saga's next attempt now instead of at the end of its pause; a parked saga is tried anew.
    ///
    /// @param who the operator, up to 100 characters, kept in the audit
    /// @throws dev.holdfast.groupcommit.GroupCommitException the audit was not written, or perhaps not; nothing
    ///     else was done
    public OperatorAnswer retryNow(String sagaId, String who) {
        required("who", who, 100);
        var live = runs.of(sagaId);
        if (live.isEmpty() && !adoption.isParked(sagaId)) {
            return new OperatorAnswer.NotPossible("saga " + sagaId + " is not in flight on this node");
        }
        var now = tools.clock().now();
        lane.submit(new Command.Note(new Command.Audit(who, "retry-now", sagaId, "asked for", now)));
        live.ifPresentOrElse(found -> found.run().hurry(), () -> adoption.unpark(sagaId));
        return new OperatorAnswer.Accepted();
    }

    /// Counts a dead-lettered undo as completed because a person has done it.
    ///
    /// @param step the step that was undone by hand
    /// @param who the operator, up to 100 characters
    /// @param reason why by hand
    /// @param evidence what shows that it was done: a refund's number; it and the reason up to 4,000 characters
    /// @throws SagaStoreException it may be recorded or not: the database does not answer in time
    public OperatorAnswer resolve(String sagaId, String step, String who, String reason, String evidence) {
        required("who", who, 100);
        required("reason", reason, LONGEST_TEXT);
        required("evidence", evidence, LONGEST_TEXT);
        var live = runs.of(sagaId);
        if (live.isEmpty()) {
            return new OperatorAnswer.NotPossible("saga " + sagaId + " is not in flight on this node");
        }
        var audit = new Command.Audit(
                who, "resolve " + step, sagaId, reason, tools.clock().now());
        var order = new SagaRun.Order(audit, step, evidence, new CompletableFuture<>());
        live.get().run().order(order);
        try {
            return order.answer().get(ORDER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (live.get().run().withdraw(order)) {
                return new OperatorAnswer.NotPossible("saga " + sagaId + " is busy with an attempt; ask again");
            }
            // Answered in the moment between: an answer counts, what it stopped over is as unclear as the silence.
            var known = order.answer().exceptionally(_ -> null).getNow(null);
            if (known == null) {
                throw unclear(sagaId, step, e);
            }
            return known;
        } catch (ExecutionException e) {
            throw unclear(sagaId, step, e.getCause());
        }
    }

    private static SagaStoreException unclear(String sagaId, String step, Throwable why) {
        return new SagaStoreException(
                "the resolution of " + step + " of saga " + sagaId + " may be recorded or not; its log tells", why);
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
        adoption.close();
        runs.all().forEach(live -> live.run().wake());
        try {
            if (!runs.awaitNone(settings.drainGrace())) {
                LOG.warn("{} sagas are still busy after {} and are interrupted", runs.count(), settings.drainGrace());
                runs.all().forEach(live -> live.thread().interrupt());
                runs.awaitNone(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lane.close();
        membership.leave();
    }

    private <P> Execution execution(SagaDefinition<P> definition, StartRequest<P> request) {
        return new Execution(
                request.sagaId(),
                definition.name(),
                definition.version(),
                definition.codec().toJson(request.payload()),
                request.subject(),
                request.traceparent(),
                tools.clock().now());
    }

    private static StartAnswer answer(Command.Result result) {
        return switch (result) {
            case Command.Result.Answered(var answer) -> answer;
            case Command.Result.Recorded _, Command.Result.Conflict _, Command.Result.Fenced _ ->
                throw new AssertionError("no answer to a start: " + result);
        };
    }

    private void tell(Consumer<SagaListener> news) {
        try {
            news.accept(tools.listener());
        } catch (RuntimeException e) {
            LOG.warn("a listener threw, which changes nothing", e);
        }
    }

    private static void required(String what, String value, int longest) {
        if (value == null || value.isBlank() || value.length() > longest || !FlatJson.isStorable(value)) {
            throw new IllegalArgumentException(
                    "an operator's request needs " + what + " of 1 to " + longest + " characters, not '" + value + "'");
        }
    }

    /// Gathers what an engine needs.
    public static final class Builder {

        private final DataSource dataSource;
        private DataSource laneConnections;
        private final Map<String, SagaDefinition<?>> definitions = new HashMap<>();
        private String node = NodeId.uniqueName();
        private SagaSettings settings = SagaSettings.DEFAULTS;
        private SagaListener listener = SagaListener.NONE;
        private SagaClock clock = SagaClock.system();
        private RandomGenerator random = new Random();
        private TraceBinding tracing = TraceBinding.NONE;

        private Builder(DataSource source) {
            dataSource = Objects.requireNonNull(source, "dataSource");
            laneConnections = source;
        }

        /// A definition whose sagas this engine can run. All versions that may still be in flight are registered.
        public Builder register(SagaDefinition<?> definition) {
            if (definitions.putIfAbsent(Adoption.key(definition.name(), definition.version()), definition) != null) {
                throw new IllegalArgumentException(definition + " is registered twice");
            }
            return this;
        }

        /// Where the two connections come from that the engine keeps, one to write and one to beat. Default: the
        /// engine's data source; not a pool, or busy readers may make this node look dead.
        public Builder laneConnections(DataSource source) {
            laneConnections = Objects.requireNonNull(source, "laneConnections");
            return this;
        }

        /// The node's name, up to 40 characters. Default: one that nobody else has.
        ///
        /// A name stands for a place where one process runs at a time: who starts under the name of another
        /// fences that one off at once.
        public Builder node(String name) {
            if (name == null || name.isBlank() || name.length() > NodeId.LONGEST_NAME) {
                throw new IllegalArgumentException("a node's name has 1 to 40 characters, not '" + name + "'");
            }
            node = name;
            return this;
        }

        public Builder settings(SagaSettings settings) {
            this.settings = Objects.requireNonNull(settings, "settings");
            return this;
        }

        public Builder listener(SagaListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        public Builder clock(SagaClock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /// The random part of pauses. Asked by many threads at once.
        public Builder random(RandomGenerator random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /// Around every attempt: binds the saga's trace to the thread that makes it.
        public Builder tracing(TraceBinding tracing) {
            this.tracing = Objects.requireNonNull(tracing, "tracing");
            return this;
        }

        /// Starts the engine: takes up every saga in flight that belongs to no living node.
        ///
        /// @throws IllegalStateException the tables are missing or of another version
        public SagaEngine start() {
            var engine = new SagaEngine(this);
            engine.membership.begins(engine.lane, engine.adoption);
            try {
                engine.adoption.adoptAll();
            } catch (RuntimeException e) {
                engine.close();
                throw e;
            }
            engine.adoption.sweepEvery(settings.sweepEvery());
            return engine;
        }
    }
}
