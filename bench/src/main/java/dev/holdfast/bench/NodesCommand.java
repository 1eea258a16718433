package dev.holdfast.bench;

import dev.holdfast.bench.crash.NodesCampaign;
import dev.holdfast.bench.crash.NodesResult;
import dev.holdfast.bench.crash.NodesSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Kills and freezes one node after the other, and looks whether the others go on with its sagas.
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description =
                "Runs several shops on one PostgreSQL under load, kills and freezes one after the other, kills PostgreSQL"
                        + " now and then, and holds the books and every answer against what customers were told. Exit code"
                        + " 1 when an invariant is broken.")
final class NodesCommand implements Callable<Integer> {

    private static final int BROKEN = 1;
    private static final int FEW = 24;
    private static final int SEEDS = 1_000_000;
    private static final String TARGET = "<= 5 s: lease (3 s) + 2 s";

    @Option(names = "--nodes", defaultValue = "3", description = "How many, 2 to 8. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
            names = "--minutes",
            defaultValue = "10",
            description = "How long the load lasts. Default: ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(names = "--seed", description = "Of the load and of what is done, and when. Default: drawn, and printed.")
    private Long seed;

    @Option(
            names = "--clients",
            description =
                    "Customers at once, up to 4,000. Default: 24, or one and a half times as many as are to be in flight.")
    private Integer clients;

    @Option(
            names = "--restarts",
            defaultValue = "2",
            description = "How often PostgreSQL is killed with all its backends, spread over the time. It comes back by"
                    + " itself; the next blow waits until all nodes beat again. Default: ${DEFAULT-VALUE}.")
    private int restarts;

    @Option(
            names = "--in-flight",
            defaultValue = "0",
            description = "Sagas that a node is to have in flight when it is struck, up to 2,000: the payment provider"
                    + " then takes 15 s for each call, and new checkouts go to the node whose turn it is. 0 for as many"
                    + " as there happen to be. Default: ${DEFAULT-VALUE}.")
    private int inFlight;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a Markdown report.")
    private Path report;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        var settings = settings();
        System.out.printf(
                "seed %d, %d nodes, %s min, %d customers at once%n",
                settings.seed(), nodes, minutes, settings.clients());
        var campaign = new NodesCampaign(settings, System.out);
        NodesResult result;
        try (var _ = Ending.evenWhenInterrupted(() -> end(campaign, settings))) {
            result = campaign.run();
        }
        if (json) {
            measured(settings, result).printJson(System.out);
        }
        return result.clean() ? 0 : BROKEN;
    }

    private void end(NodesCampaign campaign, NodesSettings settings) throws IOException {
        try {
            campaign.close();
        } finally {
            var result = campaign.result();
            System.out.println();
            result.lines().forEach(System.out::println);
            if (report != null) {
                write(settings, result);
            }
        }
    }

    private NodesSettings settings() {
        try {
            var drawn = seed == null ? ThreadLocalRandom.current().nextInt(SEEDS) : seed;
            var lasting = Duration.ofMillis(Math.round(minutes * 60_000));
            var customers = clients == null ? Math.max(FEW, inFlight + inFlight / 2) : clients;
            return new NodesSettings(drawn, nodes, lasting, customers, restarts, inFlight);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage());
        }
    }

    private void write(NodesSettings settings, NodesResult result) throws IOException {
        var lines = new ArrayList<>(List.of(
                "# Several nodes, of which one after the other dies",
                "",
                "`./holdfast bench nodes`: shops on one PostgreSQL under load, killed and frozen one after the other. How:"
                        + " [bench/README.md](../../bench/README.md).",
                "",
                "* " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + ", on " + Machine.describe(),
                "* seed " + settings.seed() + ", " + settings.nodes() + " nodes, " + settings.clients()
                        + " customers at once, load for " + settings.lasting().toSeconds() + " s, PostgreSQL killed "
                        + settings.restarts() + " times"
                        + (settings.inFlight() == 0
                                ? ""
                                : ", a node struck once it has " + settings.inFlight() + " sagas in flight"),
                "",
                "```"));
        lines.addAll(result.done());
        lines.add("");
        lines.addAll(result.lines());
        lines.add("```");
        Files.write(report, lines);
    }

    private static String inFlightWanted(NodesSettings settings) {
        return settings.inFlight() == 0 ? null : ">= " + settings.inFlight();
    }

    private static Result measured(NodesSettings settings, NodesResult result) {
        var measured = Result.of(
                "nodes",
                Map.of(
                        "seed", settings.seed(),
                        "nodes", settings.nodes(),
                        "seconds", settings.lasting().toSeconds(),
                        "clients", settings.clients(),
                        "restarts", settings.restarts(),
                        "in_flight", settings.inFlight()));
        var moving = result.secondsUntilMoving();
        measured.with("takeovers", Figure.of(moving.size(), "takeovers", ">= 1"));
        if (!moving.isEmpty()) {
            measured.with("median until moving", Figure.of(moving.get(moving.size() / 2), "s", TARGET));
            measured.with("longest until moving", Figure.of(moving.getLast(), "s", TARGET));
            var inFlight = result.inFlight();
            measured.with(
                    "median in flight at a blow",
                    Figure.of(inFlight.get(inFlight.size() / 2), "sagas", inFlightWanted(settings)));
            measured.with(
                    "longest wait for a frozen node",
                    Figure.of(result.longestWait().toMillis() / 1e3, "s", TARGET));
        }
        measured.with("confirmed orders", Figure.of(result.confirmed(), "orders"));
        return measured.with("broken invariants", Figure.of(result.clean() ? 0 : 1, "campaigns", "<= 0"));
    }
}
