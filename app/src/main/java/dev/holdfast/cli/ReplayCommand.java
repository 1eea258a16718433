package dev.holdfast.cli;

import dev.holdfast.replay.RetailFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Any file of invoices.
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description =
                "Runs a shop and places the invoices of a file as orders over HTTP. With --data a replay that was cut off"
                        + " goes on when it is run again: what was ordered before is not ordered twice.")
final class ReplayCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "FILE[.gz]",
            description = "A CSV file with the columns of the UCI Online Retail data set.")
    private Path file;

    @Mixin
    private ShopOptions shop;

    @Mixin
    private ReplayOptions replay;

    @Mixin
    private FaultOptions faults;

    @Override
    public Integer call() throws Exception {
        faults.otherwise(0, 0, 0);
        return new ReplayRun(shop, replay, faults).run(RetailFile.at(file));
    }
}
