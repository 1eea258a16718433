package dev.holdfast.shipping;

import dev.holdfast.platform.NoEffectException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Times the calls to a carrier: `holdfast.carrier.call`, by carrier, operation and outcome. A retry is a call.
record MeteredCarrier(Carrier carrier, MeterRegistry metrics) implements Carrier {

    @Override
    public String name() {
        return carrier.name();
    }

    @Override
    public LabelAnswer create(String key, Parcel parcel) {
        return timed("create", () -> carrier.create(key, parcel), answer -> switch (answer) {
            case Made _ -> "done";
            case Declined _ -> "declined";
        });
    }

    @Override
    public void cancel(String key) {
        timed(
                "cancel",
                () -> {
                    carrier.cancel(key);
                    return key;
                },
                _ -> "done");
    }

    private <T> T timed(String operation, Supplier<T> call, Function<T, String> outcomeOf) {
        var running = Timer.start(metrics);
        var outcome = "unclear"; // whatever is thrown and is not "surely nothing"
        try {
            var answer = call.get();
            outcome = outcomeOf.apply(answer);
            return answer;
        } catch (NoEffectException e) {
            outcome = "not-reached";
            throw e;
        } finally {
            running.stop(metrics.timer(
                    "holdfast.carrier.call", "carrier", name(), "operation", operation, "outcome", outcome));
        }
    }
}
