package dev.holdfast.bench.crash;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// What one round came to.
///
/// @param strikeMillis how long the load had run when it was struck
/// @param done what was done, in words
/// @param orders checkouts asked for, by what became of them
/// @param repeated requests that had to be sent again
/// @param answeredAfter from the blow to the first answer to a request sent after it; null when there was none
/// @param quietAfter from the end of the load until the shop was quiet and audited
/// @param audited invariants of the shop's own audit
/// @param findings what is broken, nothing when all is well
/// @param took the whole round
record RoundResult(
        int number,
        Blow blow,
        Instant at,
        long strikeMillis,
        String done,
        Orders orders,
        long repeated,
        Duration answeredAfter,
        Duration quietAfter,
        List<String> audited,
        List<Finding> findings,
        Duration took) {

    /// @param refused never accepted: sold out, changed, or the other tab's
    record Orders(long placed, long confirmed, long failed, long refused) {

        static Orders of(List<Told> round) {
            return new Orders(
                    round.size(),
                    round.stream().filter(Told::completed).count(),
                    round.stream()
                            .filter(told -> "failed".equals(told.status()))
                            .count(),
                    round.stream().filter(told -> !told.accepted()).count());
        }

        Orders plus(Orders other) {
            return new Orders(
                    placed + other.placed, confirmed + other.confirmed, failed + other.failed, refused + other.refused);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,d checkouts: %,d confirmed, %,d failed, %,d refused",
                    placed,
                    confirmed,
                    failed,
                    refused);
        }
    }

    boolean broken() {
        return !findings.isEmpty();
    }

    String line(long seed) {
        return String.format(
                Locale.ROOT,
                "round %3d  seed %d  at %4.1f s %-44s  %s  answers after %s, quiet %s after the load, %s sent again;"
                        + " audit of %d: %s  (%s)",
                number,
                seed,
                strikeMillis / 1e3,
                done,
                orders,
                seconds(answeredAfter),
                seconds(quietAfter),
                repeated,
                audited.size(),
                broken() ? "BROKEN" : "clean",
                seconds(took));
    }

    static String seconds(Duration duration) {
        return duration == null ? "never" : String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
    }
}
