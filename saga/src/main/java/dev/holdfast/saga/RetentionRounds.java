package dev.holdfast.saga;

import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the retention of an engine done every hour, if it has one.
///
/// On each node: what is done already is not done again, and so it is done as long as one node lives.
final class RetentionRounds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionRounds.class);

    private static final Duration EVERY = Duration.ofHours(1);

    /// After a round that had to put something off.
    private static final Duration SOONER = Duration.ofMinutes(5);

    private final SagaRetention retention;
    private final Alarm alarm = new Alarm();
    private volatile boolean closed;

    /// @param settings `null`: nothing is ever dropped
    RetentionRounds(DataSource dataSource, RetentionSettings settings, SagaClock clock, Duration lease) {
        retention = settings == null ? null : new SagaRetention(dataSource, settings, clock, lease);
    }

    Optional<SagaRetention> retention() {
        return Optional.ofNullable(retention);
    }

    /// The ranges are made before the first saga, so that this one lies in one already. Where that fails the engine
    /// runs all the same. What is to be dropped can wait, and sagas that are to be taken up can not: the first
    /// whole round is for a thread of its own.
    void begin() {
        if (retention == null) {
            return;
        }
        try {
            retention.makeRanges();
        } catch (RuntimeException | Error e) {
            LOG.warn("retention: no ranges could be made, the first round tries again: {}", e.getMessage());
            LOG.debug("why", e);
        }
        Thread.ofVirtual().name("saga-retention").start(this::loop);
    }

    @Override
    public void close() {
        closed = true;
        alarm.ring();
    }

    private void loop() {
        try {
            while (!closed) {
                alarm.await(round());
            }
        } catch (InterruptedException e) {
            LOG.debug("no more rounds", e);
        }
    }

    private Duration round() {
        try {
            return retention.run().putOff().isEmpty() ? EVERY : SOONER;
        } catch (RuntimeException | Error e) {
            LOG.warn("retention: the round failed, the next one comes in {}: {}", SOONER, e.getMessage());
            LOG.debug("why", e);
            return SOONER;
        }
    }
}
