package dev.holdfast.bench;

import dev.holdfast.saga.SagaSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What sagas cost that wait for a signal, and how long it takes to wake them all.
@Command(
        name = "waiting",
        aliases = "memory",
        mixinStandardHelpOptions = true,
        description = "Memory of sagas that wait for a signal in one process, once put down in the database and once in"
                + " flight on their threads, and the time until all of them have ended after their signals were sent.")
final class WaitingCommand implements Callable<Integer> {

    @Option(names = "--sagas", defaultValue = "100000", description = "Sagas that wait. Default: ${DEFAULT-VALUE}.")
    private int sagas;

    @Option(
            names = "--senders",
            defaultValue = "1000",
            description = "Signals sent at the same time. Default: ${DEFAULT-VALUE}.")
    private int senders;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (sagas < 1 || sagas > 1_000_000 || senders < 1) {
            throw new ParameterException(spec.commandLine(), "--sagas must be 1 to 1,000,000, --senders 1 or more");
        }
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            cluster.closeWhenInterrupted();
            var settings = new LinkedHashMap<String, Object>();
            settings.put("sagas", sagas);
            settings.put("senders", senders);
            settings.put("postgresql", cluster.settings());
            result = Result.of("waiting", settings);
            var engine = SagaSettings.DEFAULTS.withMaxInFlight(Math.max(2_000, Math.min(sagas, 10_000)));
            measure(cluster, "put_down", engine.withPutDownAfter(Duration.ofSeconds(1)), result);
            var onThreads = SagaSettings.DEFAULTS.withMaxInFlight(Math.max(2_000, sagas));
            measure(cluster, "in_flight", onThreads.withPutDownAfter(Duration.ofDays(365)), result);
        }
        result.printTable(System.out);
        if (json) {
            result.printJson(System.out);
        }
        return 0;
    }

    private void measure(BenchCluster cluster, String name, SagaSettings settings, Result result) throws Exception {
        cluster.createDatabase(name);
        boolean putDown = name.equals("put_down");
        try (var crowd = new WaitingCrowd(cluster.database(name), settings, senders)) {
            System.out.printf("%s: starting %,d sagas%n", name, sagas);
            var before = Memory.used();
            var starting = crowd.start(sagas, putDown);
            var waiting = Memory.used();
            System.out.printf("%s: all wait after %,d ms; waking them%n", name, starting.toMillis());
            var waking = crowd.wake(sagas);
            System.out.printf("%s: all ended after %,d ms%n", name, waking.toMillis());
            var per = (waiting.heapBytes() - before.heapBytes()) / (double) sagas;
            result.with(name + " heap per saga that waits", Figure.of(per, "bytes", "<= 8,192"))
                    .with(name + " heap in use while all wait", Figure.of(waiting.heapBytes() / 1e6, "MB"))
                    .with(
                            name + " memory of the process while all wait",
                            Figure.of(waiting.residentBytes() / 1e6, "MB", "<= 2,000 for 100,000"))
                    .with(name + " started", Figure.of(perSecond(starting), "sagas/s"))
                    .with(name + " time to wake and end all", Figure.of(waking.toMillis() / 1e3, "s"))
                    .with(name + " woken and ended", Figure.of(perSecond(waking), "sagas/s"));
        }
    }

    private double perSecond(Duration time) {
        return sagas / Math.max(1e-3, time.toNanos() / 1e9);
    }
}
