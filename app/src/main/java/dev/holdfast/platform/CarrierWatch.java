package dev.holdfast.platform;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.OptionalInt;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives virtual threads one carrier more where those there are do not take turns.
///
/// A virtual thread keeps its carrier while it computes, and while it waits where it cannot let it go: inside a
/// static initializer, or for a class that is being loaded. With few carriers all others stand still meanwhile; for
/// ever, if whoever it waits for is one of them. So a virtual thread is asked for a sign of life again and again.
/// Where none comes for [#PATIENCE] looks, there is one carrier more, and another one after as many again. When
/// signs have come for long enough it is as it was; for each one that had to be added that takes twice as long.
///
/// Looks are counted and not time: while the whole process stood still, nobody is late.
final class CarrierWatch {

    /// The JVM's threads that carry virtual ones.
    interface Scheduler {

        /// Runs this on a virtual thread.
        void run(Runnable sign);

        /// One more.
        ///
        /// @return how many there are to be now; empty when there may be no more and all are there
        OptionalInt more();

        /// As many as were chosen.
        void asChosen();
    }

    static final int PATIENCE = 4;
    static final int CALM = 40;
    static final int LONGEST_CALM = 64 * CALM;

    /// Threads that do nothing, by which a new carrier is called. The pool makes one when something comes to a
    /// queue that was empty or is full: a number of carriers alone brings up none, and in a busy process neither
    /// does one thread more.
    private static final int CALLS = 1 << 14;

    private static final Duration LOOKS_EVERY = Duration.ofMillis(250);

    private final Scheduler scheduler;
    private volatile boolean answered = true;
    private int unanswered;
    private boolean lent;
    /// Doubled before it is used.
    private int calm = CALM / 2;
    private int calmFor;

    CarrierWatch(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /// On a thread of its own, which ends with the process.
    static void start() {
        var watch = new CarrierWatch(new OfTheJvm());
        Thread.ofPlatform().name("carrier-watch").daemon().start(watch::lookAgainAndAgain);
    }

    private void lookAgainAndAgain() {
        try {
            while (true) {
                Thread.sleep(LOOKS_EVERY);
                try {
                    look();
                } catch (RuntimeException | Error e) {
                    Log.LOG.error("cannot look whether virtual threads take turns, will do so again", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void look() {
        if (answered) {
            unanswered = 0;
            if (lent && ++calmFor >= calm) {
                scheduler.asChosen();
                lent = false;
            }
            ask();
        } else if (++unanswered >= PATIENCE) {
            unanswered = 0;
            lend();
        }
    }

    private void ask() {
        answered = false;
        try {
            scheduler.run(() -> answered = true);
        } catch (RuntimeException | Error e) {
            answered = true; // nobody was asked, so nobody is to be waited for
            throw e;
        }
    }

    /// Told last: what writes the log may wait for a carrier. Where there can be no more, nothing is called: what
    /// nobody ever runs would pile up.
    private void lend() {
        calm = Math.min(LONGEST_CALM, 2 * calm);
        calmFor = 0;
        lent = true;
        var carriers = scheduler.more();
        for (int i = 0; i < CALLS && !answered && carriers.isPresent(); i++) {
            scheduler.run(() -> {});
        }
        Log.LOG.warn(
                "virtual threads did not take turns for {}: something computes for long, or waits where it must"
                        + " not (a thread dump tells what); {}",
                LOOKS_EVERY.multipliedBy(PATIENCE),
                carriers.isPresent()
                        ? carriers.getAsInt() + " threads are to carry them now"
                        : "there can be no more threads that carry them");
    }

    /// Made when there is something to say: this begins before the log is set up.
    private static final class Log {
        private static final Logger LOG = LoggerFactory.getLogger(CarrierWatch.class);
    }

    private static final class OfTheJvm implements Scheduler {

        private static final int MORE_AT_MOST = 8;

        private VirtualThreadSchedulerMXBean carriers;
        private int chosen;

        @Override
        public void run(Runnable sign) {
            Thread.ofVirtual().name("sign-of-life").start(sign);
        }

        /// Asked for here first: at the start of the program it would take time.
        @Override
        public OptionalInt more() {
            if (carriers == null) {
                carriers = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
                chosen = carriers.getParallelism();
            }
            int wanted = carriers.getParallelism();
            if (carriers.getPoolSize() < wanted) {
                return OptionalInt.of(wanted); // the last one has not come yet
            }
            if (wanted >= chosen + MORE_AT_MOST) {
                return OptionalInt.empty();
            }
            carriers.setParallelism(wanted + 1);
            return OptionalInt.of(wanted + 1);
        }

        @Override
        public void asChosen() {
            carriers.setParallelism(chosen);
        }
    }
}
