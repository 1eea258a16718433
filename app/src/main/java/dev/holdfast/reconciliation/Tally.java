package dev.holdfast.reconciliation;

/// Counts what holds to one invariant and what breaks it, while books are walked.
final class Tally {

    private final String area;
    private final String invariant;
    private long looked;
    private long broken;
    private String example;

    Tally(String area, String invariant) {
        this.area = area;
        this.invariant = invariant;
    }

    void look(String id, boolean holds) {
        looked++;
        if (!holds) {
            broken++;
            example = example == null ? id : example;
        }
    }

    Check check() {
        return new Check(area, invariant, looked, broken, example);
    }
}
