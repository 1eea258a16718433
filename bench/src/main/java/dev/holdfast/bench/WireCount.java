package dev.holdfast.bench;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/// What this process has asked of a service in another one, by its own metrics.
///
/// @param requests that carried the calls
/// @param calls of any operation
/// @param waitedMillis of all callers together: from being queued to the answer
record WireCount(double requests, double calls, double waitedMillis) {

    static WireCount to(String service, MeterRegistry metrics) {
        var sizes = metrics.find("holdfast.remote.batch.size")
                .tag("service", service)
                .summaries();
        var calls = metrics.find("holdfast.remote.call").tag("service", service).timers();
        return new WireCount(
                sizes.stream().mapToLong(DistributionSummary::count).sum(),
                sizes.stream().mapToDouble(DistributionSummary::totalAmount).sum(),
                calls.stream()
                        .mapToDouble((Timer timer) -> timer.totalTime(TimeUnit.MILLISECONDS))
                        .sum());
    }

    WireCount since(WireCount before) {
        return new WireCount(requests - before.requests, calls - before.calls, waitedMillis - before.waitedMillis);
    }

    double callsPerRequest() {
        return requests == 0 ? 0 : calls / requests;
    }

    double millisPerCall() {
        return calls == 0 ? 0 : waitedMillis / calls;
    }
}
