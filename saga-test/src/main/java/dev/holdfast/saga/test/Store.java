package dev.holdfast.saga.test;

import dev.holdfast.saga.LogEntry;
import java.util.ArrayList;
import java.util.List;

/// The engine's tables, as far as one saga meets them, by the rules of the real ones:
///
/// * the first statement of what a node records locks that node's row and stops it where the row is gone (the
///   fence), and a node that takes over waits for that lock;
/// * the rows of one record follow the last row there is, all of them or none;
/// * rows that stand there already, the same ones, are recorded: the answer to their commit was lost.
///
/// What it does is kept apart from the rules so that a test can break one of them and see that it is found out.
class Store {

    /// What became of rows.
    enum Answer {
        RECORDED,
        /// The log is another one.
        CONFLICT,
        /// Another node has the saga.
        FENCED
    }

    private record Row(int node, LogEntry entry) {}

    private final List<Row> rows = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private int owner = 1;

    /// Takes the saga over from whoever has it.
    ///
    /// @return the number of the node that has it now
    final int takeOver() {
        return ++owner;
    }

    final int owner() {
        return owner;
    }

    final List<LogEntry> log() {
        return rows.stream().map(Row::entry).toList();
    }

    final Answer append(int node, List<LogEntry> entries) {
        return passesFence(node) ? write(node, entries) : Answer.FENCED;
    }

    /// The second half of [#append], for rows whose node passed the fence a while ago.
    final Answer write(int node, List<LogEntry> entries) {
        if (stands(entries)) {
            return Answer.RECORDED;
        }
        if (!follows(entries)) {
            return Answer.CONFLICT;
        }
        if (node != owner) {
            violations.add("node " + node + " recorded " + entries.getFirst().event() + " after node " + owner
                    + " had taken the saga over");
        }
        entries.forEach(entry -> rows.add(new Row(node, entry)));
        return Answer.RECORDED;
    }

    /// Rules that were broken.
    final List<String> violations() {
        return violations;
    }

    /// The fence.
    boolean passesFence(int node) {
        return node == owner;
    }

    /// Whether a node that takes over waits for a record that has passed the fence.
    boolean fenceIsALock() {
        return true;
    }

    boolean follows(List<LogEntry> entries) {
        return entries.getFirst().seq() == rows.size() + 1;
    }

    /// A node has died. What was recorded stays.
    void nodeDied() {}

    final void loseLast(int count) {
        for (int i = 0; i < count && !rows.isEmpty(); i++) {
            rows.removeLast();
        }
    }

    private boolean stands(List<LogEntry> entries) {
        var first = entries.getFirst().seq() - 1;
        return first + entries.size() <= rows.size()
                && log().subList(first, first + entries.size()).equals(entries);
    }
}
