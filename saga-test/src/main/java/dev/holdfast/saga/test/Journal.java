package dev.holdfast.saga.test;

import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.test.Store.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The way from a node to the engine's tables, and what may happen on it.
final class Journal {

    private static final List<Fault> POSSIBLE = List.of(
            Fault.DIES_BEFORE_APPEND,
            Fault.DIES_AFTER_APPEND,
            Fault.CLOCK_AHEAD,
            Fault.CLOCK_BACK,
            Fault.OUTAGE,
            Fault.COMMIT_LOST,
            Fault.COMMIT_ANSWER_LOST,
            Fault.REPLACED_BEFORE_APPEND,
            Fault.REPLACED_DURING_APPEND);

    private static final Duration JUMP = Duration.ofHours(1);
    private static final Duration WITHOUT_DATABASE = Duration.ofSeconds(2);

    /// @param passed the node has passed the fence with them already
    private record Stalled(int node, List<LogEntry> rows, boolean passed) {}

    private final Stage stage;
    private final List<Stalled> stalled = new ArrayList<>();

    Journal(Stage stage) {
        this.stage = stage;
    }

    /// Returns when the rows are durable.
    ///
    /// @throws NodeGone the node does not go on from here
    void append(int node, List<LogEntry> rows) {
        arrivals(rows);
        stage.meanwhile("recording " + nameOf(rows));
        var fault = stage.strikes("recording " + nameOf(rows), POSSIBLE);
        if (fault == null) {
            write(node, rows);
            stage.story().tell("recorded: " + nameOf(rows));
            return;
        }
        switch (fault) {
            case DIES_BEFORE_APPEND -> {
                stage.story().tell("to be recorded: " + nameOf(rows) + "; " + fault.story());
                throw new NodeGone(NodeGone.Why.DIED);
            }
            case DIES_AFTER_APPEND -> recordedAnd(fault, node, rows, NodeGone.Why.DIED);
            case CLOCK_AHEAD -> recordedWhile(fault, node, rows, JUMP);
            case CLOCK_BACK -> recordedWhile(fault, node, rows, JUMP.negated());
            case OUTAGE -> recordedAnd(fault, node, rows, NodeGone.Why.ALL_DIED);
            case COMMIT_LOST, COMMIT_ANSWER_LOST -> askedAgain(fault, node, rows);
            case REPLACED_BEFORE_APPEND -> {
                stage.story().tell("to be recorded: " + nameOf(rows) + "; " + fault.story());
                stalled.add(new Stalled(node, rows, false));
                throw new NodeGone(NodeGone.Why.REPLACED);
            }
            case REPLACED_DURING_APPEND -> replacedWithin(node, rows);
            case REFUSED, NOT_SENT, REQUEST_LOST, REPLY_LOST, LATE, DUPLICATED, REPLACED_WHILE_SENDING ->
                throw new IllegalArgumentException(fault + " happens to no record");
        }
    }

    /// What a frozen node was about to record reaches the database at last.
    void settle() {
        List.copyOf(stalled).forEach(this::arrives);
    }

    private void recordedAnd(Fault fault, int node, List<LogEntry> rows, NodeGone.Why why) {
        write(node, rows);
        stage.story().tell("recorded: " + nameOf(rows) + "; " + fault.story());
        throw new NodeGone(why);
    }

    private void recordedWhile(Fault fault, int node, List<LogEntry> rows, Duration jump) {
        write(node, rows);
        stage.story().tell("recorded: " + nameOf(rows) + "; " + fault.story());
        stage.time().jump(jump);
    }

    /// The engine's lane asks until it has an answer, and the batch finds out by itself whether it was committed.
    private void askedAgain(Fault fault, int node, List<LogEntry> rows) {
        if (fault == Fault.COMMIT_ANSWER_LOST) {
            write(node, rows);
        }
        stage.story().tell("to be recorded: " + nameOf(rows) + "; " + fault.story());
        stage.time().pass(WITHOUT_DATABASE);
        write(node, rows);
        stage.story().tell("recorded when the database is back: " + nameOf(rows));
    }

    /// A fence that is a lock makes the other node wait until these rows are committed. One that is only read does
    /// not: the rows arrive later.
    private void replacedWithin(int node, List<LogEntry> rows) {
        stage.story().tell("to be recorded: " + nameOf(rows) + "; " + Fault.REPLACED_DURING_APPEND.story());
        if (stage.store().fenceIsALock()) {
            write(node, rows);
        } else {
            stalled.add(new Stalled(node, rows, stage.store().passesFence(node)));
        }
        throw new NodeGone(NodeGone.Why.REPLACED);
    }

    private void write(int node, List<LogEntry> rows) {
        switch (stage.store().append(node, rows)) {
            case RECORDED -> {}
            case CONFLICT -> throw new NodeGone(NodeGone.Why.SAW_ANOTHER_LOG);
            case FENCED -> throw new NodeGone(NodeGone.Why.REPLACED);
        }
    }

    private void arrivals(List<LogEntry> before) {
        for (var each : List.copyOf(stalled)) {
            var what = "arrival of the frozen node's record before " + nameOf(before);
            if (stage.choices().choose(what, List.of(Option.free("not yet"), Option.free("now"))) == 1) {
                arrives(each);
            }
        }
    }

    private void arrives(Stalled each) {
        stalled.remove(each);
        var store = stage.store();
        var answer = each.passed() ? store.write(each.node(), each.rows()) : store.append(each.node(), each.rows());
        stage.story()
                .tell("the frozen node wakes and wants to record %s: %s"
                        .formatted(nameOf(each.rows()), answer == Answer.RECORDED ? "recorded" : "not recorded"));
    }

    private static String nameOf(List<LogEntry> rows) {
        return rows.stream()
                .map(row -> row.event() + (row.step() == null ? "" : " " + row.step()))
                .collect(Collectors.joining(", "));
    }
}
