package dev.holdfast.saga;

import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.groupcommit.UnclearCommitException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// Makes each attempt on a virtual thread of its own, so that an attempt that never returns, and takes no notice of
/// being interrupted, costs its thread but not its saga.
final class TimedCaller implements StepCaller {

    private static final Logger LOG = LoggerFactory.getLogger(TimedCaller.class);

    @Override
    public Outcome call(Callable<Outcome> attempt, Duration within) {
        var answer = new CompletableFuture<Outcome>();
        var context = MDC.getCopyOfContextMap();
        var thread = Thread.ofVirtual().name("saga-attempt").start(() -> {
            MDC.setContextMap(context == null ? Map.of() : context);
            answer.complete(outcomeOf(attempt));
        });
        try {
            return answer.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            return new Outcome.Unclear("no answer within " + within);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            return new Outcome.Unclear("the engine stopped while it waited for the answer");
        } catch (ExecutionException e) {
            throw new AssertionError("the attempt never completes exceptionally", e);
        }
    }

    /// Whoever throws says nothing about what is left behind, except where the type of the exception does.
    private static Outcome outcomeOf(Callable<Outcome> attempt) {
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
