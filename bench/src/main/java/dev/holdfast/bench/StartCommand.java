package dev.holdfast.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How long it takes from the command to the first checkout that is accepted.
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description =
                "The time from `./holdfast serve` to the first accepted checkout, embedded PostgreSQL, on a data folder"
                        + " that is there; with the JVM's cache of classes and profiles, in turns with the same without it.")
final class StartCommand implements Callable<Integer> {

    /// Set by the launcher, so that it is measured too.
    private static final String LAUNCHER = "holdfast.launcher";

    private static final Map<String, String> WITHOUT_CACHE = Map.of("HOLDFAST_AOT", "off");

    @Option(names = "--repeat", defaultValue = "5", description = "Starts of each kind. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;
    private final Path launcher = System.getProperty(LAUNCHER) == null ? null : Path.of(System.getProperty(LAUNCHER));

    private volatile StartedShop running;

    private record Start(Duration accepted, Duration cpu) {}

    @Override
    public Integer call() throws Exception {
        if (repeat < 1 || repeat > 1_000) {
            throw new ParameterException(spec.commandLine(), "--repeat must be 1 to 1,000, not " + repeat);
        }
        var folder = Files.createTempDirectory("holdfast-start-");
        // PostgreSQL may run as another user, who must get to its own folder.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Result result;
        try (var ending = Ending.evenWhenInterrupted(() -> clear(folder));
                var http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            result = measure(http, folder);
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    private void clear(Path folder) throws IOException {
        try {
            if (running != null) {
                running.close();
            }
        } finally {
            remove(folder);
        }
    }

    private Result measure(HttpClient http, Path folder) throws Exception {
        int port = freePort();
        var carts = IntStream.range(0, 2 * repeat).mapToObj(i -> "cart-" + i).toList();
        try (var shop = StartedShop.begin(http, launcher, Map.of(), folder, port)) {
            running = shop;
            shop.fill(carts);
        }
        var with = new ArrayList<Start>();
        var without = new ArrayList<Start>();
        for (int i = 0; i < repeat; i++) {
            with.add(start(http, Map.of(), folder, port, carts.get(2 * i)));
            if (launcher != null) {
                without.add(start(http, WITHOUT_CACHE, folder, port, carts.get(2 * i + 1)));
            }
        }
        return figures(with, without);
    }

    private Start start(HttpClient http, Map<String, String> environment, Path folder, int port, String cart)
            throws Exception {
        try (var shop = StartedShop.begin(http, launcher, environment, folder, port)) {
            running = shop;
            var start = new Start(shop.untilAccepted(cart), shop.cpu());
            out.printf(
                    "%s: accepted after %,d ms, %,d ms of CPU%n",
                    environment.isEmpty() ? "as it comes  " : "without cache",
                    start.accepted().toMillis(),
                    start.cpu().toMillis());
            return start;
        }
    }

    private Result figures(List<Start> with, List<Start> without) {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("repeat", repeat);
        settings.put("launcher", launcher == null ? "none: the classes of this process" : launcher.getFileName());
        var result = Result.of("start", settings);
        result.with("command to accepted checkout", Figure.of(median(with, Start::accepted), "s", "<= 5"));
        result.with("the slowest of them", Figure.of(slowest(with), "s"));
        if (without.isEmpty()) {
            return result.with("CPU until then", Figure.of(median(with, Start::cpu), "s"));
        }
        result.with(
                "against one without the cache",
                Figure.against(median(with, Start::accepted), "s", median(without, Start::accepted), null));
        return result.with(
                "CPU until then", Figure.against(median(with, Start::cpu), "s", median(without, Start::cpu), null));
    }

    private interface Part {
        Duration of(Start start);
    }

    private static double median(List<Start> starts, Part part) {
        ToDoubleFunction<Start> seconds = start -> part.of(start).toNanos() / 1e9;
        return Medians.of(starts, seconds);
    }

    private static double slowest(List<Start> starts) {
        return starts.stream()
                .mapToDouble(start -> start.accepted().toNanos() / 1e9)
                .max()
                .orElseThrow();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
