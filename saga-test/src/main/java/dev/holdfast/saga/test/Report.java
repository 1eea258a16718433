package dev.holdfast.saga.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What an exploration found.
///
/// @param byFaults how many schedules of so many faults were run
/// @param outcomes how many different paths the saga took through them, from its start to its end
/// @param leftOut schedules that were found and not run, because a sample of them was asked for
/// @param lasted in real time
/// @param failures schedules that break an invariant; empty is well
public record Report(Map<Integer, Long> byFaults, int outcomes, long leftOut, Duration lasted, List<Failure> failures) {

    /// How many schedules were run.
    public long schedules() {
        return byFaults.values().stream().mapToLong(Long::longValue).sum();
    }

    /// @throws AssertionError a schedule breaks an invariant; the message tells its story
    public void assertNothingBroken() {
        if (!failures.isEmpty()) {
            throw new AssertionError(
                    this + "\n\n" + failures.stream().map(Failure::toString).collect(Collectors.joining("\n")));
        }
    }

    /// One line: `8,123 schedules (1 without a fault, 112 of 1, 8,010 of 2), 143 outcomes, 0 broken, 2.1 s`.
    @Override
    public String toString() {
        var parts = new TreeMap<>(byFaults)
                .entrySet().stream()
                        .map(each -> each.getKey() == 0
                                ? "%,d without a fault".formatted(each.getValue())
                                : "%,d of %d".formatted(each.getValue(), each.getKey()))
                        .collect(Collectors.joining(", "));
        return "%,d schedules (%s)%s, %,d outcomes, %d broken, %s"
                .formatted(
                        schedules(),
                        parts,
                        leftOut == 0 ? "" : ", %,d more left out".formatted(leftOut),
                        outcomes,
                        failures.size(),
                        Story.lasting(lasted));
    }
}
