package dev.holdfast.saga;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before an attempt is repeated: `min(base × 2^attempt × (0.7 + random × 0.6), max)`, the attempt
/// counted from 0. The random part keeps a thousand sagas that failed together from coming back together.
///
/// @param base the pause after the first attempt, before the random part. Positive, default 1 s
/// @param max no pause is longer. At least `base`, at most 365 days, default 30 s
public record Backoff(Duration base, Duration max) {

    /// Before the default, whose construction asks for it.
    private static final Duration LONGEST = Duration.ofDays(365);

    /// 1, 2, 4, 8 … seconds, at most 30.
    public static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    public Backoff {
        if (base == null || !base.isPositive()) {
            throw new IllegalArgumentException("base must be positive, not " + base);
        }
        if (max == null || max.compareTo(base) < 0 || max.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("max must be " + base + " (base) to 365 days, not " + max);
        }
    }

    /// @param attempt the attempt that did not succeed, from 0
    public Duration delay(int attempt, RandomGenerator random) {
        if (attempt < 0) {
            throw new IllegalArgumentException("attempts count from 0, not " + attempt);
        }
        double spread = 0.7 + random.nextDouble() * 0.6;
        double nanos = base.toNanos() * Math.pow(2, attempt) * spread;
        return nanos >= max.toNanos() ? max : Duration.ofNanos(Math.round(nanos));
    }
}
