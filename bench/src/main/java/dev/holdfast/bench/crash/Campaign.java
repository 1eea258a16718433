package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.RoundResult.Orders;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
            var fresh = done % settings.freshEvery() == 0;
            if (fresh) {
                renew();
            }
            if (closed()) {
                return !summary.broken();
            }
            var round = round(settings.fromRound() + done, fresh);
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

    /// A shop that does not come back, cannot say how it stands, or says what cannot be read has broken its promise
    /// as well: the data that shows why is kept, and what customers found until then is told beside it.
    private RoundResult round(int number, boolean fresh) throws InterruptedException {
        var at = Instant.now();
        try {
            if (fresh) {
                grounds.shop().start();
            }
            return new Round(settings, number, grounds).run();
        } catch (IOException | SQLException e) {
            return givenUp(number, at, "the shop comes back, whatever was done to it", e);
        } catch (RuntimeException e) {
            return givenUp(number, at, "what the shop says can be read", e);
        }
    }

    private RoundResult givenUp(int number, Instant at, String invariant, Exception cause) {
        var findings = new ArrayList<Finding>();
        findings.add(new Finding(invariant, cause + where(cause), null));
        synchronized (this) {
            if (grounds != null) {
                findings.addAll(grounds.ledger().findings());
            }
        }
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
                findings,
                Duration.between(at, Instant.now()));
    }

    /// Of a defect one wants to know the place; a shop that is gone is described by the message.
    private static String where(Exception cause) {
        var trace = cause.getStackTrace();
        return cause instanceof RuntimeException && trace.length > 0 ? " at " + trace[0] : "";
    }

    private void renew() throws IOException {
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
