package dev.holdfast.bench;

import dev.holdfast.bench.ApartContender.Part;
import dev.holdfast.bench.Contender.Round;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What the rounds apart say beside those in one process: each figure is the median of its rounds.
///
/// @param apart rounds with inventory and payment elsewhere
/// @param together rounds of the product in one process
record ApartReport(List<Measured> apart, List<Measured> together) {

    private static final double[] PERCENTILES = {50, 90, 99};

    /// @param busyShare of all cores of the machine while the clock ran, 0 to 1, whoever used them
    /// @param parts the other processes, by role
    record Measured(Round round, double busyShare, Map<String, Part> parts) {

        double perOrder(double amount) {
            return amount / Math.max(1, round.orders() + round.failed());
        }

        /// CPU of all JVMs and PostgreSQL.
        double micros() {
            return perOrder((round.spent().jvmNanos() + round.spent().postgresNanos()) / 1e3);
        }

        /// CPU of the JVM that runs the engine.
        double engineMicros() {
            var others = parts.values().stream().mapToLong(Part::cpuNanos).sum();
            return perOrder((round.spent().jvmNanos() - others) / 1e3);
        }

        double postgresMicros() {
            return perOrder(round.spent().postgresNanos() / 1e3);
        }

        double cores() {
            return (double) (round.spent().jvmNanos() + round.spent().postgresNanos())
                    / round.spent().atNanos();
        }
    }

    Result addFigures(Result result) {
        result.with(
                "completed checkouts per second",
                against("orders/s", m -> m.round().perSecond(), null));
        result.with(
                "busy share of the machine's cores",
                against("%", measured -> 100 * measured.busyShare(), "as busy as together"));
        result.with("cores that the shop's processes used", against("cores", Measured::cores, null));
        result.with("CPU of all processes per order", against("us/order", Measured::micros, null));
        result.with("CPU of this JVM per order", against("us/order", Measured::engineMicros, null));
        for (var role : ApartShop.APART) {
            result.with(
                    "CPU of the JVM of " + role + " per order",
                    of("us/order", m -> m.perOrder(m.parts().get(role).cpuNanos() / 1e3)));
        }
        result.with("CPU of PostgreSQL per order", against("us/order", Measured::postgresMicros, null));
        result.with(
                "compiler's share of the JVMs' CPU",
                Figure.of(Medians.of(apart, m -> 100 * m.round().spent().compilerShare()), "%", "< 5"));
        ApartShop.APART.forEach(role -> addWire(result, role));
        for (var percentile : PERCENTILES) {
            result.with(
                    "latency, p" + Medians.name(percentile),
                    against("ms", m -> m.round().latencyMicros().getValueAtPercentile(percentile) / 1e3, null));
        }
        int failed = apart.stream().mapToInt(m -> m.round().failed()).sum();
        return result.with("checkouts that failed", Figure.of(failed, "orders", "<= 0"));
    }

    private void addWire(Result result, String role) {
        result.with(
                "requests to " + role + " per order",
                of("requests", m -> m.perOrder(m.parts().get(role).wire().requests())));
        result.with(
                "calls to " + role + " per order",
                of("calls", m -> m.perOrder(m.parts().get(role).wire().calls())));
        result.with(
                "calls in a request to " + role,
                of("calls", m -> m.parts().get(role).wire().callsPerRequest()));
        result.with(
                "time of a call to " + role + ", mean",
                of("ms", m -> m.parts().get(role).wire().millisPerCall()));
    }

    private Figure of(String unit, ToDoubleFunction<Measured> value) {
        return Figure.of(Medians.of(apart, value), unit);
    }

    private Figure against(String unit, ToDoubleFunction<Measured> value, String target) {
        return Figure.against(Medians.of(apart, value), unit, Medians.of(together, value), target);
    }
}
