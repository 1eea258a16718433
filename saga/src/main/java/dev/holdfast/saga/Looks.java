package dev.holdfast.saga;

import java.time.Duration;

/// How long to wait before looking again whether a saga has ended that runs elsewhere.
///
/// The end is seen late by half of the time it took, two seconds at most. At an even pace a thousand customers who
/// wait for slow checkouts would read the database to a standstill, most of all just after a node has died and all
/// who waited there come to the others.
final class Looks {

    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private Looks() {}

    /// @param waited since the first look
    static Duration pauseAfter(Duration waited) {
        var half = waited.dividedBy(2);
        return half.compareTo(SHORTEST) < 0 ? SHORTEST : half.compareTo(LONGEST) > 0 ? LONGEST : half;
    }
}
