package dev.holdfast.saga;

import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.groupcommit.UnclearCommitException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// Makes each attempt on a virtual thread of its own, so that an attempt that never returns, and takes no notice of
/// being interrupted, costs its thread but not its saga.
final class TimedCaller implements StepCaller {

    private static final Logger LOG = LoggerFactory.getLogger(TimedCaller.class);

    @Override
    public Call begin(Callable<Outcome> attempt, Alarm over) {
        var call = new Attempt();
        var context = MDC.getCopyOfContextMap();
        call.thread = Thread.ofVirtual().name("saga-attempt").unstarted(() -> {
            MDC.setContextMap(context == null ? Map.of() : context);
            call.outcome = outcomeOf(attempt);
            over.ring();
        });
        call.thread.start();
        return call;
    }

    @Override
    public void await(Duration atMost, Alarm alarm) throws InterruptedException {
        alarm.await(atMost);
    }

    private static final class Attempt implements Call {

        private Thread thread;
        private volatile Outcome outcome;

        @Override
        public Optional<Outcome> outcome() {
            return Optional.ofNullable(outcome);
        }

        @Override
        public void abandon() {
            thread.interrupt();
        }
    }

    /// Whoever throws says nothing about what is left behind, except where the type of the exception does.
    static Outcome outcomeOf(Callable<Outcome> attempt) {
        try {
            var outcome = attempt.call();
            if (outcome == null) {
                LOG.error("defect: an attempt returned null; its effect counts as unclear");
                return new Outcome.Unclear("the attempt returned null");
            }
            return outcome;
        } catch (OverloadedException | NotCommittedException | RejectedRequestException e) {
            return new Outcome.Failed(describe(e));
        } catch (UnclearCommitException e) {
            return new Outcome.Unclear(describe(e));
        } catch (InterruptedException e) {
            return new Outcome.Unclear("interrupted: its time was over, or the engine stops");
        } catch (Throwable e) {
            LOG.error("defect: an attempt threw what nobody classified; its effect counts as unclear", e);
            return new Outcome.Unclear(describe(e));
        }
    }

    private static String describe(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
