package dev.holdfast.bench;

import dev.holdfast.bench.crash.RolesCampaign;
import dev.holdfast.bench.crash.RolesSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Services in processes of their own, killed one after the other.
@Command(
        name = "roles",
        mixinStandardHelpOptions = true,
        description = "Runs the checkout, inventory, payment, shipping and orders as processes of their own on one"
                + " PostgreSQL, lets customers check out, kills each process in turn and brings it back, and holds the"
                + " books and the answers against what the customers were told. Exit code 1 at the first broken"
                + " invariant.")
final class RolesCommand implements Callable<Integer> {

    private static final int BROKEN = 1;
    private static final int SEEDS = 1_000_000;

    @Option(names = "--minutes", defaultValue = "5", description = "How long. Default: ${DEFAULT-VALUE}.")
    private int minutes;

    @Option(names = "--seed", description = "Of the load and of who is killed when. Default: drawn, and printed.")
    private Long seed;

    @Option(names = "--clients", defaultValue = "16", description = "Customers at once. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(
            names = "--kills",
            defaultValue = "5",
            description = "Processes killed, one after the other, before the books are held against each other."
                    + " Default: ${DEFAULT-VALUE}, each once.")
    private int kills;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        var settings = settings();
        System.out.printf("seed %d, %d minutes, %d customers at once%n", settings.seed(), minutes, clients);
        var campaign = new RolesCampaign(settings, System.out);
        try (var _ = Ending.evenWhenInterrupted(() -> end(campaign))) {
            return campaign.run() ? 0 : BROKEN;
        }
    }

    private RolesSettings settings() {
        try {
            var drawn = seed == null ? ThreadLocalRandom.current().nextInt(SEEDS) : seed;
            return new RolesSettings(drawn, Duration.ofMinutes(minutes), clients, kills);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage());
        }
    }

    private static void end(RolesCampaign campaign) throws IOException {
        try {
            campaign.close();
        } finally {
            campaign.summary().forEach(System.out::println);
        }
    }
}
