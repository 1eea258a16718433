package dev.holdfast.bench;

import dev.holdfast.platform.events.EventSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How events leave the outbox.
@Command(
        name = "outbox",
        mixinStandardHelpOptions = true,
        description = "Events drained while others are written, the time from commit to handler at half load, a backlog"
                + " behind a publisher that is held to a rate and how it is caught up, and the size of the tables.")
final class OutboxCommand implements Callable<Integer> {

    private static final int LIMITED = 150;
    private static final int COMING_IN = 200;
    private static final int BACK_AT = 300;
    private static final double LIMITED_SECONDS = 300;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Option(
            names = "--rate",
            defaultValue = "1000",
            description = "Events written a second while a backlog is drained. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--backlog",
            defaultValue = "50000",
            description = "Events that wait when the draining begins. Default: ${DEFAULT-VALUE}.")
    private int backlog;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "How long half load is kept up. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--scale",
            defaultValue = "10",
            description = "The slow publisher's experiment takes 300 s by this. Default: ${DEFAULT-VALUE}.")
    private double scale;

    @Option(
            names = "--minutes",
            defaultValue = "3",
            description = "How long the size of the tables is watched, 0: not. Default: ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (rate < 1 || backlog < 1 || seconds < 1 || scale < 1 || minutes < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--rate, --backlog, --seconds and --scale are 1 or more, --minutes 0 or more");
        }
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            cluster.closeWhenInterrupted();
            result = Result.of("outbox", settings(cluster));
            cluster.createDatabase("events");
            try (var flow = new EventFlow(cluster.database("events"), running(0))) {
                System.out.printf("warm-up: %,d events written, then drained%n", backlog);
                drain(flow, null);
                double drained = drain(flow, result);
                halfLoad(flow, drained / 2, result);
                slowPublisher(flow, result);
                if (minutes > 0) {
                    watchSize(cluster, flow, result);
                }
            }
        }
        result.printTable(System.out);
        if (json) {
            result.printJson(System.out);
        }
        return 0;
    }

    private Map<String, Object> settings(BenchCluster cluster) throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("rate", rate);
        settings.put("backlog", backlog);
        settings.put("seconds", seconds);
        settings.put("scale", "1:" + scale + " in time");
        settings.put("minutes", minutes);
        settings.put("postgresql", cluster.settings());
        return settings;
    }

    /// The product's settings, but for partitions of a minute, so that some pass, and figures of the backlog every
    /// second.
    private static EventSettings running(int rate) {
        var product = EventSettings.defaults();
        return new EventSettings(
                product.lease(),
                product.gather(),
                product.sweep(),
                product.pageSize(),
                product.pageBytes(),
                product.stuckAfter(),
                product.retryFirst(),
                product.retryMost(),
                product.heldMost(),
                product.handlerTimeout(),
                Duration.ofMinutes(1),
                product.partitionsAhead(),
                product.inboxKept(),
                Duration.ofSeconds(1),
                rate);
    }

    /// @param result null: a warm-up
    /// @return events drained a second
    private double drain(EventFlow flow, Result result) throws Exception {
        flow.write(backlog);
        long before = flow.handled();
        try (var writing = new Writing(flow);
                var delivery = flow.deliver(running(0))) {
            long began = System.nanoTime();
            writing.begin(rate);
            await(() -> flow.waiting() <= rate / 50, "the backlog does not end");
            double drained = (flow.handled() - before) / ((System.nanoTime() - began) / 1e9);
            // A writer that was starved must not make the relay look faster.
            double in = Math.max(rate, writing.end());
            await(() -> flow.waiting() == 0, "the rest does not leave");
            if (result != null) {
                result.with("events drained while others are written", Figure.against(drained, "events/s", in, ">= 5"));
            }
            return drained;
        }
    }

    private void halfLoad(EventFlow flow, double half, Result result) throws Exception {
        System.out.printf("half load: %,.0f events/s for %d s%n", half, seconds);
        try (var delivery = flow.deliver(running(0))) {
            flow.write(half, Duration.ofSeconds(2));
            flow.lagMicros().reset();
            double reached = flow.write(half, Duration.ofSeconds(seconds));
            await(() -> flow.waiting() == 0, "events do not arrive");
            var lag = flow.lagMicros();
            result.with("half load asked for, and reached", Figure.against(reached, "events/s", half, null))
                    .with("commit to handler p50", Figure.of(lag.getValueAtPercentile(50) / 1e3, "ms"))
                    .with("commit to handler p99", Figure.of(lag.getValueAtPercentile(99) / 1e3, "ms", "<= 50"))
                    .with("commit to handler, most", Figure.of(lag.getMaxValue() / 1e3, "ms"));
        }
    }

    /// 200 in a second and 150 out, for 300 s: 15,000 wait. At 300 out it takes 150 s until none do.
    private void slowPublisher(EventFlow flow, Result result) throws Exception {
        double held = LIMITED_SECONDS / scale;
        System.out.printf("slow publisher, 1:%.0f in time: %.0f s at %d/s, then %d/s%n", scale, held, LIMITED, BACK_AT);
        try (var writing = new Writing(flow)) {
            try (var delivery = flow.deliver(running(LIMITED))) {
                writing.begin(COMING_IN);
                LockSupport.parkNanos((long) (held * 1e9));
                var told = flow.measured();
                result.with(
                                "waiting behind the slow publisher",
                                Figure.against(
                                        flow.waiting(), "events", (COMING_IN - LIMITED) * held, "15,000 by the scale"))
                        .with("waiting as the metric tells", Figure.of(told.pending(), "events"))
                        .with(
                                "age of the oldest as the metric tells",
                                Figure.of(told.oldest().toMillis() / 1e3, "s"));
            }
            double expected = flow.waiting() / (double) (BACK_AT - COMING_IN);
            try (var delivery = flow.deliver(running(BACK_AT))) {
                long began = System.nanoTime();
                await(() -> flow.waiting() <= COMING_IN / 20, "the backlog is not caught up");
                result.with(
                        "time to catch up",
                        Figure.against((System.nanoTime() - began) / 1e9, "s", expected, "150 s by the scale"));
                writing.end();
                await(() -> flow.waiting() == 0, "the rest does not leave");
                await(() -> flow.measured().pending() == 0, "the metric does not go back to 0");
            }
        }
    }

    private void watchSize(BenchCluster cluster, EventFlow flow, Result result) throws Exception {
        var size = new OutboxSize(cluster.database("events"));
        System.out.printf(
                "size: %,d events/s for %.1f minutes, a reader with a snapshot in the middle%n", rate, minutes);
        try (var writing = new Writing(flow);
                var delivery = flow.deliver(running(0))) {
            writing.begin(rate);
            if (minutes >= 1) {
                OutboxSize.awaitPartition();
                OutboxSize.awaitPartition();
            }
            size.watch(minutes * 60);
            writing.end();
            await(() -> flow.waiting() == 0, "events do not arrive");
        }
        size.report(result);
    }

    private static void await(BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(otherwise);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}
