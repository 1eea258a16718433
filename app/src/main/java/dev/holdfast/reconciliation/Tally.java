package dev.holdfast.reconciliation;

/// Counts what holds to one invariant and what breaks it, while books are walked.
final class Tally {

    private final Rule rule;
    private long looked;
    private long broken;
    private String example;

    /// @param area as in [Check]
    record Rule(String area, String invariant) {}

    Tally(Rule rule) {
        this.rule = rule;
    }

    void look(String id, boolean holds) {
        look(id, holds, 1);
    }

    /// @param times so many are alike
    void look(String id, boolean holds, long times) {
        add(times, holds ? 0 : times, holds ? null : id);
    }

    /// Counts what is only shown, and remembers the first as an example.
    void list(String id) {
        list(id, 1);
    }

    void list(String id, long times) {
        add(times, 0, id);
    }

    /// What somebody else has counted.
    ///
    /// @param brokenOne or null
    void add(long moreLooked, long moreBroken, String brokenOne) {
        looked += moreLooked;
        broken += moreBroken;
        example = example == null ? brokenOne : example;
    }

    Check check() {
        return new Check(rule.area(), rule.invariant(), looked, broken, example);
    }
}
