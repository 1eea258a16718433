package dev.holdfast.replay;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Tells how far a replay has come: each second in the first minute, then each five, after ten minutes each thirty,
/// so that the log of a long run can still be read.
final class Progress implements AutoCloseable {

    /// The time left is told from the pace of this long: what was answered from an earlier run went faster.
    private static final int WINDOW_SECONDS = 30;

    private final Tally tally;
    private final long toPlace;
    private final PrintStream out;
    private final Deque<Long> endedBySecond = new ArrayDeque<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private long seconds;

    private Progress(Tally tally, long toPlace, PrintStream out) {
        this.tally = tally;
        this.toPlace = toPlace;
        this.out = out;
    }

    static Progress of(Tally tally, long toPlace, PrintStream out) {
        var progress = new Progress(tally, toPlace, out);
        progress.clock.scheduleAtFixedRate(progress::tick, 1, 1, TimeUnit.SECONDS);
        return progress;
    }

    /// @param seconds since the first order
    static boolean isDue(long seconds) {
        return seconds <= 60 || (seconds <= 600 ? seconds % 5 == 0 : seconds % 30 == 0);
    }

    /// @return for people, to the precision that such a guess has
    static String words(Duration left) {
        var seconds = left.toSeconds();
        if (seconds < 90) {
            return "about " + Math.max(1, seconds) + " s left";
        }
        return seconds < 5_400
                ? "about " + (seconds + 30) / 60 + " min left"
                : "about " + (seconds + 1_800) / 3_600 + " h left";
    }

    private void tick() {
        seconds++;
        endedBySecond.addLast(tally.ordersEnded());
        if (endedBySecond.size() > WINDOW_SECONDS) {
            endedBySecond.removeFirst();
        }
        if (isDue(seconds)) {
            out.println(tally.line(toPlace) + timeLeft());
        }
    }

    private String timeLeft() {
        var ended = endedBySecond.getLast() - endedBySecond.getFirst();
        if (ended == 0) {
            return "";
        }
        var perSecond = ended / (double) (endedBySecond.size() - 1);
        return " | " + words(Duration.ofMillis((long) ((toPlace - endedBySecond.getLast()) * 1_000 / perSecond)));
    }

    /// Tells the last state.
    @Override
    public void close() {
        clock.shutdownNow();
        out.println(tally.line(toPlace));
    }
}
