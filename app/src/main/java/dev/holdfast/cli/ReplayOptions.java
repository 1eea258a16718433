package dev.holdfast.cli;

import dev.holdfast.replay.ReplaySettings;
import java.net.URI;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How a file is replayed.
final class ReplayOptions {

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            defaultValue = "0",
            description =
                    "How many times faster than the dates in the file; 0: as fast as the clients can. Default: 0.")
    double speed;

    @Option(
            names = "--limit",
            paramLabel = "ORDERS",
            defaultValue = "0",
            description = "Place at most this many orders; 0: all. Default: 0.")
    long limit;

    @Option(
            names = "--stock-share",
            paramLabel = "SHARE",
            defaultValue = "0.9",
            description =
                    "Opening stock as a share of each product's whole demand; below 1 some orders find nothing left."
                            + " Default: ${DEFAULT-VALUE}.")
    double stockShare;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "64",
            description = "Orders placed at once, at most. Default: ${DEFAULT-VALUE}.")
    int clients;

    @Option(names = "--exit", description = "End when all is done, with exit code 0 only if the audit is clean.")
    boolean exit;

    @Option(names = "--verbose", description = "Print what the services log as well, each checkout turned back.")
    boolean verbose;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /// Refuses impossible numbers, before anything is started or made.
    void check() {
        try {
            settings(URI.create("http://127.0.0.1"));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    ReplaySettings settings(URI shop) {
        return new ReplaySettings(shop, clients, speed, limit, stockShare);
    }
}
