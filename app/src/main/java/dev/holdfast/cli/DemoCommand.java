package dev.holdfast.cli;

import dev.holdfast.replay.RetailFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// A week of real orders, with things going wrong.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Runs a shop with an embedded database, places a week of real orders over HTTP while payments are declined,"
                        + " stock runs out, a carrier is down and replies get lost, and audits the books. Stays open afterwards.")
final class DemoCommand implements Callable<Integer> {

    @Mixin
    private ShopOptions shop;

    @Mixin
    private ReplayOptions replay;

    @Mixin
    private FaultOptions faults;

    @Override
    public Integer call() throws Exception {
        faults.otherwise(0.03, 0.05, 0.02);
        return new ReplayRun(shop, replay, faults).run(RetailFile.sample());
    }
}
