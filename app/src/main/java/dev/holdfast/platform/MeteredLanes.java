package dev.holdfast.platform;

import dev.holdfast.groupcommit.BatchListener;
import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.GroupCommitSettings;
import dev.holdfast.platform.HoldfastSettings.LaneSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the lanes and closes them, the youngest first, once everything that was built on them is closed.
final class MeteredLanes implements Lanes, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MeteredLanes.class);

    private final LaneSettings settings;
    private final MeterRegistry metrics;
    private final Deque<GroupCommit<?, ?>> opened = new ArrayDeque<>();

    MeteredLanes(LaneSettings settings, MeterRegistry metrics) {
        this.settings = settings;
        this.metrics = metrics;
    }

    @Override
    public <Q, R> GroupCommit<Q, R> open(String name, ServiceDatabase database, BatchWork<Q, R> work) {
        return open(name, database, settings.maxBatch(), work);
    }

    @Override
    public synchronized <Q, R> GroupCommit<Q, R> open(
            String name, ServiceDatabase database, int maxBatch, BatchWork<Q, R> work) {
        var chosen = new GroupCommitSettings(
                name, settings.maxQueued(), maxBatch, settings.patience(), settings.commitDeadline(), meters(name));
        var lane = GroupCommit.open(LaneConnections.ofLane(database.direct(), settings), chosen, work);
        opened.push(lane);
        Gauge.builder("holdfast.lane.queue.limit", settings, LaneSettings::maxQueued)
                .description("requests that may wait; one more is refused")
                .tag("lane", name)
                .register(metrics);
        // Held weakly by the registry; the lane lives as long as this object does.
        Gauge.builder("holdfast.lane.queued", lane, GroupCommit::queued)
                .description("requests that wait for a batch")
                .tag("lane", name)
                .register(metrics);
        return lane;
    }

    @Override
    public DataSource connections(ServiceDatabase database) {
        return LaneConnections.ofEngine(database.direct(), settings);
    }

    @Override
    public BatchListener meters(String name) {
        return new Meters(name, metrics);
    }

    @Override
    public synchronized void close() {
        for (var lane : opened) {
            try {
                lane.close();
            } catch (RuntimeException e) {
                LOG.warn("a lane did not close in order; its callers were answered, its connection ends with it", e);
            }
        }
        opened.clear();
    }

    /// `holdfast.lane.*`, tagged with the lane.
    private static final class Meters implements BatchListener {

        private final MeterRegistry metrics;
        private final Counter rollbacks;
        private final Counter commitsLost;
        private final DistributionSummary size;
        private final Timer wait;
        private final Timer work;
        private final Timer commit;

        Meters(String lane, MeterRegistry metrics) {
            this.metrics = metrics;
            this.rollbacks = counter("rollbacks", "batches rolled back", lane);
            this.commitsLost = counter("commits.lost", "COMMITs whose answer was lost", lane);
            this.size = DistributionSummary.builder("holdfast.lane.batch.size")
                    .description("requests a transaction carried")
                    .tag("lane", lane)
                    .serviceLevelObjectives(1, 2, 5, 10, 20, 50, 100, 200, 500)
                    .register(metrics);
            this.wait = timer("wait", "how long the first request of a batch was queued", lane);
            this.work = timer("work", "the statements of a batch that it waits for", lane);
            this.commit = timer("commit", "COMMIT of a batch, with the writes that are sent with it", lane);
        }

        @Override
        public void committed(String lane, int requests, Duration longestWait, Duration worked, Duration committing) {
            size.record(requests);
            wait.record(longestWait);
            work.record(worked);
            commit.record(committing);
        }

        @Override
        public void rolledBack(String lane, int requests, Throwable cause) {
            rollbacks.increment();
        }

        @Override
        public void commitLost(String lane, int requests, Throwable cause) {
            commitsLost.increment();
        }

        private Counter counter(String what, String description, String lane) {
            return Counter.builder("holdfast.lane." + what)
                    .description(description)
                    .tag("lane", lane)
                    .register(metrics);
        }

        private Timer timer(String what, String description, String lane) {
            return Timer.builder("holdfast.lane." + what)
                    .description(description)
                    .tag("lane", lane)
                    .publishPercentileHistogram()
                    .minimumExpectedValue(Duration.ofNanos(100_000))
                    .maximumExpectedValue(Duration.ofSeconds(10))
                    .register(metrics);
        }
    }
}
