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

    private boolean ended;

    @Override
    public Integer call() throws Exception {
        var settings = settings();
        System.out.printf("seed %d, %d minutes, %d customers at once%n", settings.seed(), minutes, clients);
        var campaign = new RolesCampaign(settings, System.out);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(campaign)));
        try {
            return campaign.run() ? 0 : BROKEN;
        } finally {
            end(campaign);
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

    /// At the end, or when the program is interrupted: whoever comes first; the other waits.
    private synchronized void end(RolesCampaign campaign) {
        if (ended) {
            return;
        }
        ended = true;
        try {
            campaign.close();
        } catch (IOException e) {
            System.err.println("holdfast bench: " + e);
        }
        campaign.summary().forEach(System.out::println);
    }
}
