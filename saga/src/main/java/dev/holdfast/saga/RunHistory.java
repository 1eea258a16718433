package dev.holdfast.saga;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log of a saga that runs: what it says, and how it grows. Written by the saga's thread only; the rows may be
/// read by anybody.
final class RunHistory {

    private static final Logger LOG = LoggerFactory.getLogger(SagaRun.class);

    private final SagaDefinition<?> definition;
    private final Execution execution;
    private final SagaRun.Tools tools;
    private final Recording recording;
    private volatile List<LogEntry> log;
    /// What the log says, and while rows are being recorded what it will say.
    private final Standing standing;
    /// Of the database, that the last row was written in; 0 while this node has written none.
    private long session;
    /// Of what the log says, worked out when it is asked for; `null` until then.
    private Set<Next> next;
    /// Goes before the next row, in its transaction; `null` for nothing.
    private LogEntry first;

    RunHistory(SagaDefinition<?> definition, Execution execution, List<LogEntry> log, SagaRun.Tools tools) {
        this.definition = definition;
        this.execution = execution;
        this.tools = tools;
        this.recording = new Recording(definition, execution);
        this.log = List.copyOf(log);
        this.standing = Standing.of(log);
    }

    /// As far as it is recorded.
    List<LogEntry> log() {
        return log;
    }

    Standing standing() {
        return standing;
    }

    Set<Next> next() {
        if (next == null) {
            next = Progress.next(definition, standing);
        }
        return next;
    }

    /// What would be next with one more row.
    Set<Next> nextWith(LogEntry entry) {
        return Progress.next(definition, with(List.of(entry)));
    }

    /// Of the next row.
    int seq() {
        return log.size() + (first == null ? 1 : 2);
    }

    /// Must be called first for a saga that was put down: the next row says who goes on with it, so that a log
    /// tells whose each answer is. A node that dies before it has recorded one leaves a saga that runs, and is in
    /// doubt.
    void pickedUp(String node) {
        first = Journal.happened(
                log.size() + 1,
                null,
                SagaEvent.PICKED_UP,
                Map.of("node", node),
                tools.clock().now());
    }

    /// Records a row, and in the same transaction what follows from it without anybody being called.
    ///
    /// @param settled nobody else is being called: only then may it turn back or end, because what is under way may
    ///     still have an effect that has to be undone
    void record(LogEntry entry, boolean settled) {
        record(entry, settled, List.of());
    }

    /// @param taken what becomes of signals with this
    void record(LogEntry entry, boolean settled, List<Command.Taken> taken) {
        mustHaveRoom();
        var entries = new ArrayList<LogEntry>();
        if (first != null) {
            entries.add(first);
        }
        entries.add(entry);
        var before = recording.before(standing);
        entries.forEach(standing::add);
        for (var noted = follow(entries, settled); noted != null; noted = follow(entries, settled)) {
            entries.add(noted);
            standing.add(noted);
        }
        var append = recording.of(before, standing, entries, taken, session);
        // Where this throws, the run is at its end: whoever goes on with the saga reads the log.
        session = tools.log().append(append);
        first = null;
        log = with(entries);
        told(append, before);
        if (append.toParent() != null) {
            tools.surroundings().deliver(append.toParent());
        }
    }

    /// A saga that repeats something for ever must not fill memory and tables: at the limit it is parked, and
    /// whoever has it tried again gives it as many rows once more.
    private void mustHaveRoom() {
        int most = tools.surroundings().maxLogRows();
        if (log.size() < most) {
            return;
        }
        long rows = log.reversed().stream()
                .takeWhile(entry -> entry.event() != SagaEvent.PARKED)
                .count();
        if (rows >= most) {
            throw new IllegalStateException("its log has " + rows + " rows since it was last taken up, the limit");
        }
    }

    private LogEntry follow(List<LogEntry> entries, boolean settled) {
        next = null;
        if (!settled || next().size() != 1) {
            return null;
        }
        return noted(next().iterator().next(), log.size() + 1 + entries.size());
    }

    /// The row that stands for a decision, `null` for what is not decided but done. While its definition is paused
    /// no pivot begins: a saga that waits at its pivot can still be turned back.
    LogEntry noted(Next next, int seq) {
        var now = tools.clock().now();
        return switch (next) {
            case Next.BeginPivot(var step) ->
                tools.surroundings().paused(definition.name())
                        ? null
                        : Journal.happened(seq, step, SagaEvent.PIVOT_BEGUN, Map.of(), now);
            case Next.TurnBack turn -> Journal.turnedBack(seq, turn, now);
            case Next.Finish(var status) -> Journal.ended(seq, status, now);
            case Next.Run _, Next.Undo _, Next.Await _, Next.Sleep _, Next.Close _ -> null;
        };
    }

    private void told(Command.Append append, Recording.Before before) {
        for (var entry : append.entries()) {
            RunLines.recorded(entry);
        }
        for (var letter : append.deadLetters()) {
            LOG.error("COMPENSATE: dead letter: {} is not undone: {}", letter.step(), letter.error());
            tell(listener -> listener.deadLetter(execution.sagaId(), definition.name(), letter.step(), letter.error()));
        }
        var change = append.change();
        if (change != null && change.needsAttention() != before.attention()) {
            tell(listener -> listener.attention(execution.sagaId(), definition.name(), change.needsAttention()));
        }
        if (change != null && change.status().ended()) {
            var lasted = Duration.between(execution.createdAt(), change.at());
            tell(listener -> listener.ended(execution.sagaId(), definition.name(), change.status(), lasted));
        }
    }

    /// Tells of an attempt at a step, or at its undo, that is recorded.
    void stepEnded(LogEntry entry, Journal.Times times) {
        var lasted = Duration.between(times.started(), times.ended());
        tell(listener ->
                listener.stepEnded(execution.sagaId(), definition.name(), entry.step(), entry.event(), lasted));
    }

    private void tell(Consumer<SagaListener> news) {
        try {
            news.accept(tools.listener());
        } catch (RuntimeException | Error e) {
            LOG.warn("a listener threw; the saga goes on", e);
        }
    }

    private List<LogEntry> with(List<LogEntry> entries) {
        var whole = new ArrayList<LogEntry>(log.size() + entries.size());
        whole.addAll(log);
        whole.addAll(entries);
        return whole;
    }
}
