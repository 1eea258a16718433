package dev.holdfast.saga.test;

import java.util.List;

/// What became of one schedule.
///
/// @param taken every decision
/// @param end how the saga ended
/// @param broken the invariants that do not hold, each with what is wrong
/// @param story line by line
record Run(List<Choices.Taken> taken, End end, List<Broken> broken, List<String> story) {

    /// @param what is wrong
    record Broken(String invariant, String what) {

        @Override
        public String toString() {
            return invariant + ": " + what;
        }
    }

    boolean failed() {
        return !broken.isEmpty();
    }

    Schedule schedule() {
        return Schedule.of(taken);
    }

    /// How many faults there were.
    int faults() {
        return taken.stream()
                .filter(Choices.Taken::deviates)
                .mapToInt(each -> each.point().options().get(each.option()).cost())
                .sum();
    }

    /// Whether it fails like another one: the same invariants, or some of them.
    boolean failsLike(Run other) {
        return failed()
                && broken.stream()
                        .allMatch(each -> other.broken.stream()
                                .anyMatch(theirs -> theirs.invariant().equals(each.invariant())));
    }
}
