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
        looked++;
        if (!holds) {
            broken++;
            example = example == null ? id : example;
        }
    }

    /// Counts what is only shown, and remembers the first as an example.
    void list(String id) {
        looked++;
        example = example == null ? id : example;
    }

    Check check() {
        return new Check(rule.area(), rule.invariant(), looked, broken, example);
    }
}
