package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.RoundResult.Orders;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Round after round until they are over or an invariant is broken. Leaves no process behind, and no folder but
/// that of a broken round.
public final class Campaign implements AutoCloseable {

    private final CampaignSettings settings;
    private final PrintStream out;
    private final Summary summary = new Summary();
    private Grounds grounds;
    private boolean keep;
    private boolean closed;

    /// @param out where it is told to people
    public Campaign(CampaignSettings settings, PrintStream out) {
        this.settings = settings;
        this.out = out;
    }

    public Summary summary() {
        return summary;
    }

    /// @return whether every round was clean
    public boolean run() throws IOException, InterruptedException {
        for (int done = 0; done < settings.rounds(); done++) {
            if (done % settings.freshEvery() == 0) {
                renew();
            }
            var round = round(settings.fromRound() + done);
            if (closed()) {
                return !summary.broken();
            }
            summary.add(round);
            out.println(round.line(settings.seed()));
            if (round.broken()) {
                keep();
                new Failure(settings, out).tell(round, grounds);
                return false;
            }
        }
        return true;
    }

    /// A shop that does not come back, or cannot say how it stands, has broken its promise as well.
    private RoundResult round(int number) throws InterruptedException {
        var at = Instant.now();
        try {
            return new Round(settings, number, grounds).run();
        } catch (IOException | SQLException e) {
            var finding = new Finding("the shop comes back, whatever was done to it", e.toString(), null);
            return new RoundResult(
                    number,
                    settings.blowOf(number),
                    at,
                    0,
                    "given up",
                    new Orders(0, 0, 0, 0),
                    0,
                    null,
                    null,
                    List.of(),
                    List.of(finding),
                    Duration.between(at, Instant.now()));
        }
    }

    private void renew() throws IOException, InterruptedException {
        leave();
        var next = Grounds.fresh();
        synchronized (this) {
            if (closed) {
                next.shop().remove();
                return;
            }
            grounds = next;
        }
        out.println("a new shop at " + next.shop().address() + ", data in " + next.folder());
        next.shop().start();
    }

    private synchronized void leave() throws IOException {
        if (grounds == null) {
            return;
        }
        grounds.close();
        summary.add(grounds.ledger());
        if (!keep) {
            grounds.shop().remove();
        }
        grounds = null;
    }

    private synchronized void keep() {
        keep = true;
    }

    private synchronized boolean closed() {
        return closed;
    }

    /// Ends what runs, in the middle of a round too: then from another thread.
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        leave();
    }
}
