package dev.holdfast.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which thread runs a saga's loop.
///
/// As a rule a saga calls one participant and has nothing else to do until that has answered. So the thread that
/// runs its loop makes the attempt itself: an attempt on a thread of its own costs a thread and four changes from
/// one to the other, which under load is a quarter of what a saga costs. When something is to be done meanwhile (a
/// signal has come, the attempt's time or another one is over, the engine stops) another thread goes on with the
/// loop, as if the attempt had had a thread of its own from the beginning: the first one is that now, and nothing
/// more.
///
/// Whose turn it is, one compare-and-set of `here` decides: the thread that makes the attempt takes it out when it
/// is over, or whoever disturbs takes it out before. What the loop knows was written before the attempt was put in,
/// so whoever takes it out sees it.
final class Turn {

    /// Where something is due sooner than this, be it the end of the attempt's time, the attempt is not made on the
    /// loop's thread: how late that is noticed would be much of it. And who looks for what is due need not ask
    /// everybody more often than this.
    static final Duration LONG_ENOUGH = Duration.ofSeconds(2);

    /// Thrown through the loop of a thread whose turn it is no more. Whatever that loop still had to do is for the
    /// other thread. No trace: it says nothing about where it was thrown.
    @SuppressWarnings("serial")
    static final class Over extends RuntimeException {
        private Over() {
            super("another thread runs the saga now", null, false, false);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

    private final Alarm alarm = new Alarm();
    private final AtomicReference<Attempt> here = new AtomicReference<>();
    /// Makes a thread that goes on with the loop, to be started; `null` where nobody can.
    private volatile Supplier<Runnable> successor;
    /// The turn is taken, and the thread that was to have it could not be started.
    private volatile boolean vacant;

    /// What the loop sleeps with.
    Alarm alarm() {
        return alarm;
    }

    /// Must be called before the loop runs, by who runs it.
    ///
    /// @param starter makes a thread, and gives what starts it
    void succeededBy(Supplier<Runnable> starter) {
        successor = starter;
    }

    /// Whether an attempt may be made on the loop's thread.
    ///
    /// @param begins the attempt
    /// @param until when something else is to be done, the end of its time at the latest
    boolean mayMakeHere(Instant begins, Instant until) {
        return successor != null && !until.isBefore(begins.plus(LONG_ENOUGH));
    }

    /// An attempt to be made by [#make(Attempt, Runnable)].
    ///
    /// @param until when something else is to be done, the end of its time at the latest
    Attempt attempt(Callable<Outcome> attempt, Instant until) {
        return new Attempt(attempt, Thread.currentThread(), until);
    }

    /// Makes an attempt on this thread.
    ///
    /// A ring that came after the loop has looked, and before the attempt could be seen here, disturbed nobody. So
    /// it is asked for once the attempt can be seen: whoever rings looks here after ringing, and one of the two
    /// sees the other.
    ///
    /// @param otherwise makes it on a thread of its own
    /// @throws Over it was another thread's turn before it was over
    void make(Attempt attempt, Runnable otherwise) {
        here.set(attempt);
        if (alarm.isRung() && here.compareAndSet(attempt, null)) {
            otherwise.run();
            return;
        }
        attempt.make();
        if (!here.compareAndSet(attempt, null)) {
            alarm.ring();
            throw new Over();
        }
        // An interruption that the attempt leaves behind ends with it. One that came this very moment to stop the
        // saga is not needed: whoever interrupts has said before that nothing is to be begun or recorded any more.
        Thread.interrupted();
    }

    /// There is something for the loop to look at.
    void disturb() {
        alarm.ring();
        goOnBeside(here.get());
    }

    /// Whether [#look(Instant)] may find something to do before this moment. What begins after this was asked is
    /// due at least [#LONG_ENOUGH] later.
    boolean mayBeDue(Instant horizon) {
        var attempt = here.get();
        return vacant || attempt != null && !horizon.isBefore(attempt.until);
    }

    /// It may be time for something.
    void look(Instant now) {
        if (vacant) {
            var next = successor.get();
            vacant = false;
            start(next);
        }
        var attempt = here.get();
        if (attempt != null && !now.isBefore(attempt.until)) {
            goOnBeside(attempt);
        }
    }

    private void goOnBeside(Attempt attempt) {
        if (attempt != null) {
            var next = successor.get();
            if (here.compareAndSet(attempt, null)) {
                start(next);
            }
        }
    }

    /// A saga whose turn nobody has would stand still for good, with its place. So it is tried again.
    private void start(Runnable next) {
        try {
            next.run();
        } catch (RuntimeException | Error e) {
            vacant = true;
            LOG.error("no thread could be started to go on with a saga, tried again", e);
        }
    }

    /// An attempt that is made on the thread of the loop.
    static final class Attempt implements StepCaller.Call {

        /// Made beforehand: where memory is used up, none is left to say so.
        private static final Outcome THREW = new Outcome.Unclear("what came of it could not be told");

        private final Callable<Outcome> attempt;
        private final Thread thread;
        private final Instant until;
        private volatile Outcome outcome;

        private Attempt(Callable<Outcome> attempt, Thread thread, Instant until) {
            this.attempt = attempt;
            this.thread = thread;
            this.until = until;
        }

        /// Throws nothing: whoever makes it must come to give its turn back.
        private void make() {
            try {
                outcome = TimedCaller.outcomeOf(attempt);
            } catch (Throwable e) {
                outcome = THREW;
            }
        }

        @Override
        public Optional<Outcome> outcome() {
            return Optional.ofNullable(outcome);
        }

        /// One that is over, or was never made, may be abandoned by its own thread, which must not take that for an
        /// interruption.
        @Override
        public void abandon() {
            if (outcome == null && thread != Thread.currentThread()) {
                thread.interrupt();
            }
        }
    }
}
