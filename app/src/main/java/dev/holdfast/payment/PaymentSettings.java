package dev.holdfast.payment;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Settings of the payment service, `holdfast.payment.*`.
///
/// @param sweepInterval pause between two rounds of the sweeper, which gives undone money back and finds out about
///     open calls. Default 5 s, 100 ms to 10 min
/// @param sweepAfter calls younger than this are left to those who make them. Default 10 s; more than a provider
///     usually takes, or the sweeper asks along. 1 s to 1 h
/// @param inFlight no call to a provider lasts longer: after that much time a key the provider has never heard of
///     counts as never sent. Default 60 s, at least `sweepAfter`; more than every provider's own time limit
/// @param simulated the provider for development
@ConfigurationProperties("holdfast.payment")
record PaymentSettings(
        @DefaultValue("5s") Duration sweepInterval,
        @DefaultValue("10s") Duration sweepAfter,
        @DefaultValue("60s") Duration inFlight,
        @DefaultValue Simulated simulated) {

    /// @param latency every call takes at least this long. Default 0, less than `in-flight`
    /// @param latencyAtMost a call takes as long as is drawn between `latency` and this. Default: every one takes
    ///     `latency`. Less than `in-flight`
    record Simulated(@DefaultValue("0ms") Duration latency, Duration latencyAtMost) {

        Duration most() {
            return latencyAtMost == null ? latency : latencyAtMost;
        }

        Duration drawn(RandomGenerator random) {
            long spread = most().minus(latency).toNanos();
            return spread == 0 ? latency : latency.plusNanos(random.nextLong(spread + 1));
        }
    }

    PaymentSettings {
        within("sweep-interval", sweepInterval, Duration.ofMillis(100), Duration.ofMinutes(10));
        within("sweep-after", sweepAfter, Duration.ofSeconds(1), Duration.ofHours(1));
        within("in-flight", inFlight, sweepAfter, Duration.ofHours(12));
        within("simulated.latency", simulated.latency(), Duration.ZERO, inFlight);
        within("simulated.latency-at-most", simulated.most(), simulated.latency(), inFlight);
    }

    private static void within(String setting, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "holdfast.payment." + setting + " must be between " + least + " and " + most + ", not " + value);
        }
    }
}
