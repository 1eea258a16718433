package dev.holdfast.bench;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// The product with inventory and payment in processes of their own, entered as the product in one process is.
final class ApartContender implements Contender {

    private final ApartShop shop;
    private final ProductContender product;
    private final MeterRegistry metrics;
    private Map<String, Part> last = Map.of();

    /// @param product of the part that is in this process
    ApartContender(ApartShop shop, ProductContender product) {
        this.shop = shop;
        this.product = product;
        this.metrics = shop.here().bean(MeterRegistry.class);
    }

    /// One of the other processes in one round.
    ///
    /// @param cpuNanos of it
    /// @param compilerNanos the part of it that compiling took
    /// @param wire what was asked of it
    record Part(long cpuNanos, long compilerNanos, WireCount wire) {

        Part since(Part before) {
            return new Part(cpuNanos - before.cpuNanos, compilerNanos - before.compilerNanos, wire.since(before.wire));
        }
    }

    @Override
    public String name() {
        return "apart";
    }

    @Override
    public String database() {
        return product.database();
    }

    /// The CPU of its round is that of all its JVMs.
    @Override
    public Round run(int orders) throws Exception {
        var before = parts();
        var round = product.run(orders);
        var spent = new LinkedHashMap<String, Part>();
        parts().forEach((role, part) -> spent.put(role, part.since(before.get(role))));
        last = spent;
        for (var process : shop.processes().values()) {
            process.requireAlive();
        }
        var here = round.spent();
        var all = new Meter.Spent(
                here.atNanos(),
                here.jvmNanos()
                        + spent.values().stream().mapToLong(Part::cpuNanos).sum(),
                here.compilerNanos()
                        + spent.values().stream().mapToLong(Part::compilerNanos).sum(),
                here.postgresNanos(),
                here.walBytes());
        return new Round(round.orders(), round.failed(), all, round.completedSeconds(), round.latencyMicros());
    }

    /// Of the last round, by role.
    Map<String, Part> last() {
        return last;
    }

    @Override
    public int tellCounters() throws Exception {
        return product.tellCounters();
    }

    @Override
    public void close() throws IOException {
        shop.close();
    }

    private Map<String, Part> parts() {
        var parts = new LinkedHashMap<String, Part>();
        shop.processes().forEach((role, process) -> {
            long cpu = Machine.cpuNanosOf(process.pid());
            parts.put(role, new Part(cpu, Machine.compilerCpuNanosOf(process.pid()), WireCount.to(role, metrics)));
        });
        return parts;
    }
}
