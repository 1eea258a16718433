package dev.holdfast.groupcommit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Tells a lane's listener and its log what happens. Neither can do the lane harm: a listener that throws is passed
/// over, and a fault that repeats with every batch is logged once a second, with the number left out.
final class Observer {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String lane;
    private final BatchListener listener;
    private final Throttle defects = new Throttle(Level.ERROR);
    private final Throttle troubles = new Throttle(Level.WARN);

    Observer(GroupCommitSettings settings) {
        this.lane = settings.name();
        this.listener = settings.listener();
    }

    void committed(int size, long waitNanos, long workNanos, long commitNanos) {
        tell(
                size,
                to -> to.committed(
                        lane,
                        size,
                        Duration.ofNanos(waitNanos),
                        Duration.ofNanos(workNanos),
                        Duration.ofNanos(commitNanos)));
    }

    void rolledBack(int size, Throwable cause, Fault fault) {
        switch (fault) {
            case DEFECT ->
                defects.log("lane {}: a batch of {} failed by a defect and is rolled back (+{} left out)", size, cause);
            case UNAVAILABLE -> troubles.log("lane {}: a batch of {} lost its database (+{} left out)", size, cause);
            case TIMEOUT -> troubles.log("lane {}: a batch of {} took longer than allowed (+{} left out)", size, cause);
            case DATA, CONTENTION, STALE_PLAN ->
                LOG.debug("lane {}: a batch of {} is rolled back ({})", lane, size, fault, cause);
        }
        tell(size, to -> to.rolledBack(lane, size, cause));
    }

    void commitLost(int size, Throwable cause) {
        troubles.log("lane {}: the COMMIT of a batch of {} was not answered; finding out (+{} left out)", size, cause);
        tell(size, to -> to.commitLost(lane, size, cause));
    }

    void unreachable(int queued, Throwable cause) {
        troubles.log("lane {}: no database for {} requests; trying again (+{} left out)", queued, cause);
    }

    private void tell(int size, Consumer<BatchListener> what) {
        try {
            what.accept(listener);
        } catch (Throwable e) {
            defects.log("lane {}: its listener failed; no request is affected (batch of {}, +{} left out)", size, e);
        }
    }

    /// Logs the first at once, and of a flood one a second.
    private final class Throttle {

        private final Level level;
        private long quietUntil = System.nanoTime();
        private int leftOut;

        Throttle(Level level) {
            this.level = level;
        }

        void log(String message, int requests, Throwable cause) {
            var now = System.nanoTime();
            if (now - quietUntil < 0) {
                leftOut++;
                return;
            }
            quietUntil = now + QUIET_NANOS;
            LOG.atLevel(level).setCause(cause).log(message, lane, requests, leftOut);
            leftOut = 0;
        }
    }
}
