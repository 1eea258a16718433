package dev.holdfast.saga;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes up sagas that are recorded and not running: at the start, and whatever a commit with an unclear end left.
///
/// A saga that this release cannot run is parked: recorded as needing attention, and left alone. It never stands in
/// the way of the others.
final class Adoption implements Runs.Parking, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    private static final int PAGE = 500;

    private final NodeId node;
    private final Map<String, SagaDefinition<?>> definitions;
    private final SagaReads reads;
    private final SignalReads signals;
    private final SagaRun.Tools tools;
    private final Runs runs;
    private final Set<String> parked = ConcurrentHashMap.newKeySet();
    private final Set<String> starting = ConcurrentHashMap.newKeySet();
    private final Alarm alarm = new Alarm();
    private volatile Consumer<String> wakeUp = sagaId -> {};
    private volatile boolean closed;

    Adoption(
            NodeId node,
            Map<String, SagaDefinition<?>> definitions,
            SagaReads reads,
            SagaRun.Tools tools,
            int maxInFlight) {
        this.node = node;
        this.definitions = definitions;
        this.reads = reads;
        this.signals = reads.signals();
        this.tools = tools;
        this.runs = new Runs(maxInFlight, this);
    }

    Runs runs() {
        return runs;
    }

    /// The name under which a definition is looked up.
    static String key(String definition, int version) {
        return definition + " v" + version;
    }

    /// Takes up all that is in flight.
    void adoptAll() {
        int adopted = 0;
        var after = "";
        List<SagaReads.Recorded> page;
        do {
            page = reads.inFlight(node, after, PAGE);
            adopt(page);
            adopted += page.size();
            after = page.isEmpty() ? after : page.getLast().execution().sagaId();
        } while (page.size() == PAGE);
        LOG.info("node {} takes up {} sagas, {} of them parked", node, adopted, parked.size());
    }

    /// Must surround a start, so that a saga whose commit is under way is not taken for one that was left behind.
    void startBegins(String sagaId) {
        starting.add(sagaId);
    }

    void startIsOver(String sagaId) {
        starting.remove(sagaId);
    }

    /// Looks now instead of at the next round.
    @Override
    public void leftBehind() {
        alarm.ring();
    }

    /// Has a saga picked up that is put down.
    @Override
    public void wake(String sagaId) {
        wakeUp.accept(sagaId);
    }

    /// Must be called before anything runs.
    void wakesBy(Consumer<String> waker) {
        wakeUp = waker;
    }

    boolean isParked(String sagaId) {
        return parked.contains(sagaId);
    }

    /// Gives a parked saga another try.
    ///
    /// @return `false` when it is not parked here
    boolean unpark(String sagaId) {
        if (!parked.remove(sagaId)) {
            return false;
        }
        adopt(reads.recorded(List.of(sagaId)));
        return true;
    }

    /// Looks for sagas of this node that do not run, for ever: one that cannot be read must not end the looking for
    /// the others.
    void sweepEvery(Duration pause) {
        Thread.ofVirtual().name("saga-sweep").start(() -> {
            while (!closed) {
                try {
                    alarm.await(pause);
                    sweep();
                } catch (SagaStoreException e) {
                    LOG.warn("cannot look for sagas left behind, will do so again: {}", e.getMessage());
                } catch (RuntimeException e) {
                    LOG.error("a round of looking for sagas left behind failed, the next one comes", e);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        alarm.ring();
    }

    @Override
    public void park(SagaRun<?> run, RuntimeException why) {
        LOG.error("saga {} cannot be run and is parked", run.execution().sagaId(), why);
        try {
            reads.find(run.execution().sagaId()).ifPresent(whole -> park(whole.recorded(), describe(why)));
        } catch (SagaStoreException e) {
            LOG.warn("cannot park it now; it is found again at the next round: {}", e.getMessage());
        }
    }

    /// Asks whether it is being started before whether it runs: a start enters it as running before it says that it
    /// is over, so a saga that is neither was left behind or has ended meanwhile, and which of them, its log says.
    private void sweep() {
        if (tools.log().stopped()) {
            return;
        }
        for (var sagaId : reads.idsInFlight(node)) {
            if (!starting.contains(sagaId) && runs.of(sagaId).isEmpty() && !parked.contains(sagaId)) {
                adoptLeftBehind(sagaId);
            }
        }
    }

    private void adoptLeftBehind(String sagaId) {
        try {
            LOG.info("saga {} was left behind and is taken up", sagaId);
            adopt(reads.recorded(List.of(sagaId)));
        } catch (SagaStoreException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("the log of saga {} cannot be read, it stays where it is", sagaId, e);
        }
    }

    /// Its lines carry its ids: they are written on a thread that belongs to no saga.
    private void adopt(List<SagaReads.Recorded> page) {
        var came = signals.untaken(
                page.stream().map(each -> each.execution().sagaId()).toList());
        for (var recorded : page) {
            var forIt = came.getOrDefault(recorded.execution().sagaId(), List.of());
            recorded.execution().logged(() -> takeUp(recorded, true, forIt));
        }
    }

    /// Runs a saga on that was put down, which leaves nothing in doubt.
    void pickUp(SagaReads.Recorded recorded, List<Signal> came) {
        recorded.execution().logged(() -> takeUp(recorded, false, came));
    }

    private void takeUp(SagaReads.Recorded recorded, boolean recovered, List<Signal> came) {
        var execution = recorded.execution();
        var definition = definitions.get(key(execution.definition(), execution.version()));
        if (definition == null) {
            park(recorded, "no definition " + key(execution.definition(), execution.version()) + " is registered");
            return;
        }
        try {
            if (!Progress.next(definition, recorded.log()).isEmpty()) {
                if (Progress.needsAttention(definition, recorded.log())) {
                    tellOfAttention(recorded);
                }
                var run = run(definition, recorded);
                runs.admitAnyway();
                came.forEach(run::deliver);
                runs.begin(run, recovered);
            }
        } catch (RuntimeException e) {
            LOG.error("saga {} cannot be taken up", execution.sagaId(), e);
            park(recorded, describe(e));
        }
    }

    private <P> SagaRun<P> run(SagaDefinition<P> definition, SagaReads.Recorded recorded) {
        var payload = definition.codec().fromJson(recorded.execution().payload());
        return new SagaRun<>(definition, recorded.execution(), payload, recorded.log(), tools);
    }

    /// Recorded, unless its last row says so already: a saga that stays parked over a hundred restarts is parked
    /// once.
    private void park(SagaReads.Recorded recorded, String cause) {
        var sagaId = recorded.execution().sagaId();
        parked.add(sagaId);
        var log = recorded.log();
        if (!log.isEmpty() && log.getLast().event() == SagaEvent.PARKED) {
            tellOfAttention(recorded);
            return;
        }
        var now = tools.clock().now();
        var entry = Journal.parked(log.isEmpty() ? 1 : log.getLast().seq() + 1, cause, now);
        var change = new Command.RowChange(null, true, now);
        try {
            tools.log()
                    .append(new Command.Append(
                            sagaId,
                            List.of(entry),
                            change,
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            null,
                            List.of(),
                            null));
            LOG.error("saga {} is parked: {}", sagaId, cause);
            tellOfAttention(recorded);
        } catch (RuntimeException e) {
            LOG.error("saga {} is parked, which could not be recorded: {}", sagaId, cause, e);
        }
    }

    /// Also of what another process has told of: the listener of this one has not heard it.
    private void tellOfAttention(SagaReads.Recorded recorded) {
        try {
            tools.listener()
                    .attention(
                            recorded.execution().sagaId(), recorded.execution().definition(), true);
        } catch (RuntimeException e) {
            LOG.warn("a listener threw; the sagas are taken up all the same", e);
        }
    }

    private static String describe(Throwable why) {
        return why.getMessage() == null ? why.getClass().getName() : why.getMessage();
    }
}
