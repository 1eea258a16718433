package dev.holdfast.cli;

import dev.holdfast.replay.Replay;
import dev.holdfast.replay.ReplaySettings;
import dev.holdfast.replay.ReplaySummary;
import dev.holdfast.replay.RetailFile;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A file of orders placed in a shop that runs already, the summary and the audit, asked over HTTP.
final class RemoteReplay {

    private final ReplaySettings settings;

    RemoteReplay(ReplaySettings settings) {
        this.settings = settings;
    }

    /// @return the exit code
    int run(RetailFile file) throws Exception {
        AuditReport.requireAnswer(settings.shop());
        var summary = place(file);
        if (summary.stopped()) {
            System.out.println("stopped; the same command again goes on from here");
            return Holdfast.COULD_NOT;
        }
        var audit = AuditReport.ask(settings.shop(), AuditCommand.PATIENCE);
        audit.print(System.out);
        return audit.clean() ? 0 : Holdfast.BROKEN;
    }

    /// Told to stop (Ctrl-C, SIGTERM), the program lives until the orders under way are followed and told of.
    private ReplaySummary place(RetailFile file) throws Exception {
        var replay = new Replay(file, settings, System.out);
        var told = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            replay.stop();
            awaitAtMostGrace(told);
        }));
        try {
            var summary = replay.run();
            summary.print(System.out);
            Footprint.printMemory(System.out);
            return summary;
        } finally {
            told.countDown();
        }
    }

    /// Twice the grace: the opening's requests may have to end before, and the summary is printed after.
    static void awaitAtMostGrace(CountDownLatch told) {
        try {
            told.await(Replay.GRACE.toSeconds() * 2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
