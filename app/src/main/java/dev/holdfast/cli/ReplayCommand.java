package dev.holdfast.cli;

import dev.holdfast.replay.RetailFile;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Any file of invoices.
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a shop, places the invoices of a file as orders over HTTP, accounts for each row and invoice, and audits"
                    + " the books.",
            "Ctrl-C ends it in order. With --data it may be stopped or killed at any point: the same command again goes"
                    + " on, and what was ordered before is not ordered twice."
        })
final class ReplayCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "FILE[.gz]",
            description = "A CSV file with the columns of the UCI Online Retail data set.")
    private Path file;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Place the orders in the shop that runs there, instead of in one of our own.")
    private URI url;

    @Spec
    private CommandSpec command;

    @Mixin
    private ShopOptions shop;

    @Mixin
    private ReplayOptions replay;

    @Mixin
    private FaultOptions faults;

    @Override
    public Integer call() throws Exception {
        if (url != null) {
            return elsewhere();
        }
        faults.otherwise(0, 0, 0);
        return new ReplayRun(shop, replay, faults).run(RetailFile.at(file));
    }

    private int elsewhere() throws Exception {
        AuditCommand.requireHttp(command, url);
        for (var ours : new String[] {"--data", "--port", "--declines", "--carrier-down", "--lost-replies"}) {
            if (command.commandLine().getParseResult().hasMatchedOption(ours)) {
                throw new ParameterException(
                        command.commandLine(), ours + " is of a shop of our own; it says nothing to the one at --url");
            }
        }
        replay.check();
        return new RemoteReplay(replay.settings(url)).run(RetailFile.at(file));
    }
}
