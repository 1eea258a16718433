package dev.holdfast.shipping;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.shipping.ShippingCommand.Answer;
import dev.holdfast.shipping.ShippingCommand.Settle;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Takes labels that must go to their end at the carrier: by the thread that undid them, and by the sweeper until
/// it is done. Both may try at once, on several nodes: a carrier's cancellation is harmless when repeated.
final class Cancellations {

    private static final Logger LOG = LoggerFactory.getLogger(Cancellations.class);

    /// What one sweep takes on.
    private static final int MOST = 100;

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int LONGEST_ERROR = 500;

    private static final String DUE = """
            SELECT carrier, idempotency_key AS key, tries
              FROM shipping.cancellations
             WHERE next_try_at <= ?
             ORDER BY next_try_at
             LIMIT ?
            """;

    private final GroupCommit<ShippingCommand, Answer> lane;
    private final Carriers carriers;
    private final JdbcClient jdbc;
    private final Clock clock;

    Cancellations(GroupCommit<ShippingCommand, Answer> lane, Carriers carriers, DataSource pool, Clock clock) {
        this.lane = lane;
        this.carriers = carriers;
        this.jdbc = JdbcClient.create(pool);
        this.clock = clock;
    }

    private record Due(String carrier, String key, int tries) {}

    /// Tries everything that is due, each on a thread of its own: a sweep takes as long as its slowest call.
    ///
    /// @return how many were due
    int sweep() {
        List<Due> due = jdbc.sql(DUE)
                .param(OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC))
                .param(MOST)
                .query(Due.class)
                .list();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var one : due) {
                Future<?> _ = threads.submit(() -> cancel(one.key, one.carrier, one.tries));
            }
        }
        return due.size();
    }

    /// Cancels one label at its carrier and records how it went. Dies the process between the two, or cannot that
    /// be recorded, it stays due and is tried again.
    ///
    /// @return whether it is gone and that is on record
    boolean cancel(String key, String carrier, int tries) {
        try {
            return cancelled(key, carrier, tries);
        } catch (GroupCommitException e) {
            LOG.warn("COMPENSATE: cannot record the cancellation of label {} at {}; it stays due", key, carrier, e);
            return false;
        }
    }

    private boolean cancelled(String key, String carrier, int tries) {
        try {
            carriers.cancel(carrier, ShipmentTable.carrierKey(key, carrier));
        } catch (RuntimeException e) {
            var error = String.valueOf(e.getMessage());
            LOG.warn("COMPENSATE: {} did not cancel label {}, trying again until it does: {}", carrier, key, error);
            var shortened = error.substring(0, Math.min(error.length(), LONGEST_ERROR));
            lane.submit(new Settle(key, carrier, shortened, pause(tries)));
            return false;
        }
        lane.submit(new Settle(key, carrier, null, null));
        return true;
    }

    /// 1, 2, 4 … seconds, a minute at most.
    private static Duration pause(int tries) {
        var pause = Duration.ofSeconds(1L << Math.min(tries, 6));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
}
