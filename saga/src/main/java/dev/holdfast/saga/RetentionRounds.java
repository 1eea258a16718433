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
    RetentionRounds(DataSource dataSource, RetentionSettings settings, SagaClock clock) {
        retention = settings == null ? null : new SagaRetention(dataSource, settings, clock);
    }

    Optional<SagaRetention> retention() {
        return Optional.ofNullable(retention);
    }

    /// The first round comes before the first saga, so that this one lies in a range already. Where it fails the
    /// engine runs all the same.
    void begin() {
        if (retention == null) {
            return;
        }
        var pause = round();
        Thread.ofVirtual().name("saga-retention").start(() -> loop(pause));
    }

    @Override
    public void close() {
        closed = true;
        alarm.ring();
    }

    private void loop(Duration first) {
        var pause = first;
        try {
            while (true) {
                alarm.await(pause);
                if (closed) {
                    return;
                }
                pause = round();
            }
        } catch (InterruptedException e) {
            LOG.debug("no more rounds", e);
        }
    }

    private Duration round() {
        try {
            return retention.run().putOff().isEmpty() ? EVERY : SOONER;
        } catch (RuntimeException e) {
            LOG.warn("retention: the round failed, the next one comes in {}: {}", SOONER, e.getMessage());
            LOG.debug("why", e);
            return SOONER;
        }
    }
}
