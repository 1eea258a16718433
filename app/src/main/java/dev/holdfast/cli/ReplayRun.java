package dev.holdfast.cli;

import dev.holdfast.replay.Replay;
import dev.holdfast.replay.RetailFile;
import java.util.ArrayList;

/// A shop of our own, a file of orders placed in it, the summary and the audit: what `demo` and `replay` share.
final class ReplayRun {

    private final ShopOptions shopOptions;
    private final ReplayOptions replayOptions;
    private final FaultOptions faults;

    ReplayRun(ShopOptions shopOptions, ReplayOptions replayOptions, FaultOptions faults) {
        this.shopOptions = shopOptions;
        this.replayOptions = replayOptions;
        this.faults = faults;
    }

    /// @return the exit code
    int run(RetailFile file) throws Exception {
        shopOptions.check();
        replayOptions.check();
        var properties = new ArrayList<>(faults.properties());
        if (!replayOptions.verbose) {
            properties.addAll(Shop.QUIETLY);
        }
        var folder = shopOptions.temporary();
        if (shopOptions.isTemporary()) {
            Shop.removeAtExit(folder);
        }
        System.out.println("starting a shop in " + folder.toAbsolutePath());
        try (var shop = shopOptions.open(folder, properties)) {
            System.out.println("serving at " + shop.address());
            System.out.println(faults.words());
            var summary = new Replay(file, replayOptions.settings(shop.address()), System.out).run();
            summary.print(System.out);
            var audit = AuditReport.ask(shop.address(), AuditCommand.PATIENCE);
            audit.print(System.out);
            if (!replayOptions.exit) {
                stayUp(shop);
            }
            return audit.clean() ? 0 : Holdfast.BROKEN;
        }
    }

    private static void stayUp(Shop shop) throws InterruptedException {
        var address = shop.address();
        System.out.printf("""

                The shop stays open at %s; Ctrl-C ends it. For example:
                  curl %s/v1/orders
                  curl '%s/v1/products?query=LANTERN'
                """, address, address, address);
        shop.awaitEnd();
    }
}
