package dev.holdfast.bench;

import dev.holdfast.bench.crash.Blow;
import dev.holdfast.bench.crash.Campaign;
import dev.holdfast.bench.crash.CampaignSettings;
import dev.holdfast.bench.crash.Report;
import dev.holdfast.bench.crash.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Kills the shop's processes under load, round after round, and looks whether every promise was kept.
@Command(
        name = "crash",
        mixinStandardHelpOptions = true,
        description =
                "Kills a shop's processes under load, round after round, and holds its books and its answers against what"
                        + " its customers were told. Exit code 1 at the first broken invariant, with all that is needed to"
                        + " run that round again.")
final class CrashCommand implements Callable<Integer> {

    private static final int BROKEN = 1;
    private static final int SEEDS = 1_000_000;

    @Option(names = "--rounds", defaultValue = "20", description = "How many. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seed", description = "Of the load and of what is done, and when. Default: drawn, and printed.")
    private Long seed;

    @Option(names = "--from-round", defaultValue = "1", description = "Number of the first. Default: ${DEFAULT-VALUE}.")
    private int fromRound;

    @Option(names = "--clients", defaultValue = "32", description = "Customers at once. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--fresh-every",
            paramLabel = "ROUNDS",
            defaultValue = "25",
            description = "Rounds on one data folder before the next gets a new one. Default: ${DEFAULT-VALUE}.")
    private int freshEvery;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "KIND",
            description = "Do only this: server, server-twice, postgres, postmaster, backend, both, connections,"
                    + " frozen-server, frozen-postgres, nothing. Default: all but nothing, in a random order.")
    private List<String> only = List.of();

    @Option(names = "--report", paramLabel = "FILE", description = "Write a Markdown report.")
    private Path report;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        var settings = settings();
        var out = command.commandLine().getOut();
        out.printf("seed %d, %d rounds, %d customers at once%n", settings.seed(), rounds, clients);
        out.flush();
        var campaign = new Campaign(settings, System.out);
        boolean clean;
        try (var _ = Ending.evenWhenInterrupted(() -> end(campaign, settings))) {
            clean = campaign.run();
        }
        if (json) {
            result(settings, campaign.summary()).printJson(System.out);
        }
        return clean ? 0 : BROKEN;
    }

    private CampaignSettings settings() {
        try {
            var drawn = seed == null ? ThreadLocalRandom.current().nextInt(SEEDS) : seed;
            var blows = only.isEmpty()
                    ? CampaignSettings.ALL_BLOWS
                    : only.stream().map(Blow::of).toList();
            return new CampaignSettings(drawn, fromRound, rounds, clients, freshEvery, blows);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage());
        }
    }

    private void end(Campaign campaign, CampaignSettings settings) throws IOException {
        campaign.close();
        var page = new Report(settings, campaign.summary());
        page.summary().forEach(System.out::println);
        if (report != null) {
            var at = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            Files.write(report, page.markdown(at, Machine.describe()));
        }
    }

    private static Result result(CampaignSettings settings, Summary summary) {
        var described = new LinkedHashMap<String, Object>(Map.of(
                "seed", settings.seed(),
                "from_round", settings.fromRound(),
                "clients", settings.clients(),
                "fresh_every", settings.freshEvery(),
                "blows", settings.blows().stream().map(Blow::word).toList()));
        var result = Result.of("crash", described);
        summary.figures().forEach((name, value) -> result.with(name, Figure.of(value.amount(), value.unit())));
        return result;
    }
}
