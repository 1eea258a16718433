package dev.holdfast.saga;

import dev.holdfast.groupcommit.GroupCommitException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes up sagas that are recorded as this node's and not running: at the start, when another node has left some,
/// and whatever a commit with an unclear end left.
///
/// A saga that this release cannot run is parked: recorded as needing attention, and left alone. It never stands in
/// the way of the others. One that this release does not know may be known to another node, which then claims it;
/// so this one looks for those that others have parked.
///
/// Whose a saga is the table alone says. What is read as this node's stays so until the node is fenced off, unless
/// it is parked; and what is parked runs nowhere.
final class Adoption implements Runs.Parking, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    private static final int PAGE = 500;

    /// After a look that failed. There may be the sagas of a node that died, which were told of only once.
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Ownership ownership;
    private final Map<String, SagaDefinition<?>> definitions;
    private final SagaReads reads;
    private final SagaRun.Tools tools;
    private final Runs runs;
    /// What this node could not run it does not claim from others: two nodes of which neither can run it would hand
    /// it to each other for ever.
    private final Set<String> givenUp = ConcurrentHashMap.newKeySet();
    private final Set<String> starting = ConcurrentHashMap.newKeySet();
    /// Held by whoever takes up sagas that were there: see [#takeUpLeft(List)].
    private final ReentrantLock takingUp = new ReentrantLock();
    private final Alarm alarm = new Alarm();
    private volatile Consumer<String> wakeUp = sagaId -> {};
    private volatile boolean closed;

    Adoption(
            Ownership ownership,
            Map<String, SagaDefinition<?>> definitions,
            SagaReads reads,
            SagaRun.Tools tools,
            int maxInFlight) {
        this.ownership = ownership;
        this.definitions = definitions;
        this.reads = reads;
        this.tools = tools;
        this.runs = new Runs(ownership.node().name(), maxInFlight, this, tools.clock());
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
            page = ownership.left().inFlight(ownership.node(), after, PAGE);
            adopt(page, ownership.left().signals());
            adopted += page.size();
            after = page.isEmpty() ? after : page.getLast().execution().sagaId();
        } while (page.size() == PAGE);
        LOG.info("node {} takes up {} sagas, {} of them parked", ownership.node(), adopted, givenUp.size());
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
        return ownership.isParked(sagaId);
    }

    /// Gives a parked saga another try, here, whoever has it.
    ///
    /// @throws GroupCommitException it is not claimed, or perhaps; then the next round takes it up
    void unpark(String sagaId) {
        alone(() -> {
            givenUp.remove(sagaId);
            ownership.claim(List.of(sagaId));
            takeUpLeft(List.of(sagaId));
        });
    }

    /// One at a time: who takes up what was left, and who picks up what was put down.
    void alone(Runnable work) {
        takingUp.lock();
        try {
            work.run();
        } finally {
            takingUp.unlock();
        }
    }

    /// Looks for sagas of this node that do not run, for ever: one that cannot be read must not end the looking for
    /// the others. The first look is at once, at what others have parked.
    void sweepEvery(Duration pause) {
        Thread.ofVirtual().name("saga-sweep").start(() -> {
            while (!closed) {
                var next = pause;
                try {
                    sweep();
                } catch (SagaStoreException | GroupCommitException e) {
                    LOG.warn("cannot look for sagas left behind, will do so again: {}", e.getMessage());
                    next = AGAIN;
                } catch (RuntimeException | Error e) {
                    LOG.error("a round of looking for sagas left behind failed, the next one comes", e);
                }
                try {
                    alarm.await(next);
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
            reads.these(List.of(run.execution().sagaId()))
                    .forEach(recorded -> park(recorded, Command.Parked.BROKEN, describe(why)));
        } catch (SagaStoreException e) {
            LOG.warn("cannot park it now; it is found again at the next round: {}", e.getMessage());
        }
    }

    private void sweep() {
        if (closed || tools.log().stopped()) {
            return;
        }
        claimKnown();
        alone(() -> {
            var toRun = ownership.toRun();
            for (int from = 0; from < toRun.size(); from += PAGE) {
                takeUpLeft(toRun.subList(from, Math.min(toRun.size(), from + PAGE)));
            }
        });
    }

    /// Takes up those of these sagas that nobody runs. To be called [#alone(Runnable)].
    ///
    /// First whether one is being started, then whether it runs: a start enters it as running before it says that
    /// it is over. What is neither runs nowhere, and begins to run nowhere while others are kept out. So how it
    /// left its run is committed, and read after that: it has ended, is parked, is put down, or was left behind.
    /// Read before, a saga that is just being put down would be taken up with its `wake_at` still set, and whoever
    /// inherits it would pick it up without the doubt that its open step is in.
    private void takeUpLeft(List<String> sagaIds) {
        var left = sagaIds.stream()
                .filter(sagaId -> !starting.contains(sagaId))
                .filter(sagaId -> runs.of(sagaId).isEmpty())
                .toList();
        if (left.isEmpty()) {
            return;
        }
        var found = ownership.left().toRun(ownership.node(), left);
        if (!found.isEmpty()) {
            LOG.info("node {} takes up {} sagas that were left to it", ownership.node(), found.size());
            adopt(found, ownership.left().signals());
        }
    }

    /// Claims what others have parked and this node knows. A node that dies right after has them among its sagas.
    /// What it has given up itself it passes over, and remembers only as long as it is parked.
    private void claimKnown() {
        var before = Set.copyOf(givenUp);
        var passed = new HashSet<String>();
        var after = "";
        List<String> page;
        do {
            page = ownership.parkedAndKnown(definitions.values(), after, PAGE);
            var claimed = page.stream().filter(id -> !givenUp.contains(id)).toList();
            if (!claimed.isEmpty()) {
                LOG.info("node {} claims {} parked sagas that it knows", ownership.node(), claimed.size());
                ownership.claim(claimed);
            }
            passed.addAll(page);
            after = page.isEmpty() ? after : page.getLast();
        } while (page.size() == PAGE);
        before.stream().filter(sagaId -> !passed.contains(sagaId)).forEach(givenUp::remove);
    }

    /// Each on a thread of its own, so that what they record first goes into the database together.
    private void adopt(List<SagaReads.Recorded> page, SignalReads signals) {
        var came = signals.untaken(
                page.stream().map(each -> each.execution().sagaId()).toList());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var recorded : page) {
                var forIt = came.getOrDefault(recorded.execution().sagaId(), List.of());
                threads.execute(() -> recorded.execution().logged(() -> takeUp(recorded, true, forIt)));
            }
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
            var cause = "no definition " + key(execution.definition(), execution.version()) + " is registered";
            park(recorded, Command.Parked.UNKNOWN, cause);
            return;
        }
        if (recorded.unreadable() != null) {
            park(
                    recorded,
                    Command.Parked.UNKNOWN,
                    "its log cannot be read: " + recorded.unreadable().cause());
            return;
        }
        try {
            if (!Progress.next(definition, recorded.log()).isEmpty()) {
                if (Progress.needsAttention(definition, recorded.log())) {
                    tellOfAttention(execution);
                }
                var run = run(definition, recorded);
                givenUp.remove(execution.sagaId());
                runs.admitAnyway();
                came.forEach(run::deliver);
                if (!recovered) {
                    run.pickedUp(ownership.node().name());
                }
                runs.begin(run, recovered ? Runs.How.RECOVERED : Runs.How.PICKED_UP);
            }
        } catch (RuntimeException | Error e) {
            LOG.error("saga {} cannot be taken up", execution.sagaId(), e);
            park(recorded, Command.Parked.BROKEN, describe(e));
        }
    }

    private <P> SagaRun<P> run(SagaDefinition<P> definition, SagaReads.Recorded recorded) {
        var payload = definition.codec().fromJson(recorded.execution().payload());
        return new SagaRun<>(definition, recorded.execution(), payload, recorded.log(), tools);
    }

    /// In its log, unless the last row says so already: a saga that stays parked over a hundred restarts is parked
    /// there once. Then in its row, which lets others claim it, together with the answer to whoever asked for the
    /// try: an order to retry that stayed open would have it tried for ever. A node that dies in between leaves a
    /// saga that is not parked, and whoever gets it parks it.
    private void park(SagaReads.Recorded recorded, Command.Parked why, String cause) {
        var execution = recorded.execution();
        if (recorded.isEndedInLog()) {
            LOG.warn("saga {} has ended; what came after that is of no consequence: {}", execution.sagaId(), cause);
            return;
        }
        givenUp.add(execution.sagaId());
        try {
            if (!recorded.isParkedInLog()) {
                var now = tools.clock().now();
                var entry = Journal.parked(recorded.lastSeq() + 1, cause, now);
                var change = new Command.RowChange(null, true, now);
                tools.log()
                        .append(new Command.Append(
                                execution.sagaId(),
                                List.of(entry),
                                change,
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of(),
                                null,
                                List.of(),
                                null,
                                0));
                LOG.error("saga {} is parked: {}", execution.sagaId(), cause);
            }
            ownership.park(execution.sagaId(), why, Journal.shortened(cause));
        } catch (RuntimeException | Error e) {
            LOG.error("saga {} is parked, which could not be recorded: {}", execution.sagaId(), cause, e);
        }
        tellOfAttention(execution);
    }

    /// Also of what another process has told of: the listener of this one has not heard it.
    private void tellOfAttention(Execution execution) {
        try {
            tools.listener().attention(execution.sagaId(), execution.definition(), true);
        } catch (RuntimeException | Error e) {
            LOG.warn("a listener threw; the sagas are taken up all the same", e);
        }
    }

    private static String describe(Throwable why) {
        return why.getMessage() == null ? why.getClass().getName() : why.getMessage();
    }
}
