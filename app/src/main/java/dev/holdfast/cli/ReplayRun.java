package dev.holdfast.cli;

import dev.holdfast.replay.Replay;
import dev.holdfast.replay.ReplaySummary;
import dev.holdfast.replay.RetailFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;

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
            if (place(file, shop, folder).stopped()) {
                System.out.println(howToGoOn());
                return Holdfast.COULD_NOT;
            }
            var audit = audit(shop);
            audit.print(System.out);
            if (!replayOptions.exit) {
                stayUp(shop);
            }
            return audit.clean() ? 0 : Holdfast.BROKEN;
        }
    }

    /// Told to stop (Ctrl-C, SIGTERM), the shop stays open until the orders under way are followed and told of.
    private ReplaySummary place(RetailFile file, Shop shop, Path folder) throws Exception {
        var replay = new Replay(file, replayOptions.settings(shop.address()), System.out, folder);
        var told = new CountDownLatch(1);
        shop.beforeItCloses(() -> {
            replay.stop();
            RemoteReplay.awaitAtMostGrace(told);
        });
        try {
            var logBefore = shop.logBytes();
            var summary = replay.run();
            summary.print(System.out);
            Footprint.printMemory(System.out);
            Footprint.printDisk(System.out, folder, shop.logBytes() - logBefore);
            return summary;
        } finally {
            told.countDown();
        }
    }

    private static AuditReport audit(Shop shop) throws IOException, InterruptedException {
        try {
            return AuditReport.ask(shop.address(), AuditCommand.PATIENCE);
        } catch (IOException e) {
            throw shop.isClosing() ? new IOException("stopped before the books were audited", e) : e;
        }
    }

    private String howToGoOn() {
        return shopOptions.isTemporary()
                ? "stopped; its folder was a temporary one and goes now, so it cannot be gone on with. With --data DIR it"
                        + " could: the same command again would go on where it was"
                : "stopped, the books not audited; the same command again, with --data " + shopOptions.data
                        + ", goes on from here";
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
