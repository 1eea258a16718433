package dev.holdfast.saga;

import dev.holdfast.saga.ShortLocks.Went;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the ranges of the engine's tables: makes those of the coming days, drops those whose sagas have ended long
/// ago. An engine with [RetentionSettings] does it by itself, every hour; it can also be done by hand or by a job.
///
/// Every change is a transaction of its own that looks first whether it is still to be done. So any number of nodes
/// may do this at once, and one that dies at any point has left either all of a change or nothing; the next round
/// goes on. A saga that has not ended is never lost: it is moved into the default partition, in the transaction
/// that drops its range, and while nobody can write.
///
/// Subjects, names and dead letters stay for good: a subject says that a saga about it has completed, and a name
/// was had. Start keys stay until they expire, whether their sagas are there or not.
public final class SagaRetention {

    private static final Logger LOG = LoggerFactory.getLogger(SagaRetention.class);

    private final RetentionSettings settings;
    private final DataSource dataSource;
    private final SagaClock clock;
    private final RangeMaking making;
    private final RangeDropping dropping;
    private final SagaPruning pruning;

    /// @param dataSource of the database that has the engine's tables
    /// @param clock the one that the ids are made by
    public SagaRetention(DataSource dataSource, RetentionSettings settings, SagaClock clock) {
        this(dataSource, settings, clock, SagaSettings.DEFAULTS.lease());
    }

    /// @param lease of the nodes: what they need is locked for no longer than half of it by one that is frozen
    SagaRetention(DataSource dataSource, RetentionSettings settings, SagaClock clock, Duration lease) {
        this.dataSource = dataSource;
        this.settings = settings;
        this.clock = clock;
        var locks = new ShortLocks(dataSource, lease);
        this.making = new RangeMaking(dataSource, locks, settings);
        this.dropping = new RangeDropping(dataSource, locks);
        this.pruning = new SagaPruning(dataSource, lease);
    }

    public RetentionSettings settings() {
        return settings;
    }

    /// Does what is due now.
    ///
    /// @throws SagaStoreException the database cannot be reached or refuses; what was done before stays done. Where
    ///     only the making of ranges failed, what is old goes all the same before this is thrown
    public Round run() {
        var now = notAhead(clock.now());
        var old = now.minus(settings.keep());
        var round = Round.begun();
        SagaStoreException notMade = null;
        try {
            make(now, round);
        } catch (SagaStoreException e) {
            notMade = e;
        }
        long strays = 0;
        for (var prefix : settings.prefixes()) {
            dropping.drop(prefix, old, round);
            strays += pruning.sagas(prefix, old);
        }
        long keys = pruning.keys(now);
        if (strays + keys > 0) {
            LOG.info(
                    "retention: {} start keys have expired and are gone, {} sagas that were in no range", keys, strays);
        }
        if (notMade != null) {
            throw notMade;
        }
        return new Round(round.made(), round.dropped(), round.putOff(), keys, strays);
    }

    /// Only what has to be there before sagas start: the ranges they will lie in.
    ///
    /// @throws SagaStoreException as [#run()]
    void makeRanges() {
        make(notAhead(clock.now()), Round.begun());
    }

    private void make(Instant now, Round round) {
        Database.inTransaction(dataSource, db -> {
            for (var prefix : settings.prefixes()) {
                RetentionBooks.want(db, prefix, settings.keep());
            }
            return null;
        });
        settings.prefixes().forEach(prefix -> making.make(prefix, now, round));
    }

    /// The ranges there are, those that go next first, and at the end the default partition, which stays.
    public List<SagaRange> ranges() {
        return Database.reading(dataSource, RetentionBooks::ranges);
    }

    /// Keys expire at full hours, so that thousands share an entry of the index they are found by.
    static Instant expiry(Instant atLeast) {
        return atLeast.truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
    }

    /// A node whose clock runs ahead must not take for old what is not, nor make ranges of a distant future, before
    /// which there would be none: of two clocks, the one that says less.
    private Instant notAhead(Instant now) {
        var database = Database.reading(dataSource, RetentionBooks::databaseClock);
        if (Duration.between(database, now).compareTo(settings.period()) > 0) {
            LOG.warn("this node's clock says {}, the database's {}: nothing goes before both say so", now, database);
        }
        return now.isBefore(database) ? now : database;
    }

    /// What a round did. Ranges are named by the suffix of their tables.
    ///
    /// @param made ranges made ahead of time
    /// @param dropped ranges that are gone
    /// @param putOff ranges that are due, or wanted, and what is in the way
    /// @param keys start keys that had expired
    /// @param strays sagas that had ended and lay in no range
    public record Round(List<String> made, List<String> dropped, List<String> putOff, long keys, long strays) {

        static Round begun() {
            return new Round(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), 0, 0);
        }

        void made(String range) {
            made.add(range);
            LOG.info("retention: range {} is made", range);
        }

        void dropped(String range, long sagas, int moved) {
            dropped.add(range);
            LOG.info("retention: range {} is dropped with {} sagas; {} were moved out of it", range, sagas, moved);
        }

        void putOff(String range, String why) {
            putOff.add(range + ": " + why);
            LOG.warn("retention: range {} waits for the next round: {}", range, why);
        }

        /// Whether the change was made, and notes why not.
        boolean went(String range, Went went) {
            switch (went) {
                case DONE -> {
                    return true;
                }
                case ELSEWHERE -> LOG.debug("retention: another node sees to range {}", range);
                case IN_USE -> putOff(range, "writers have held its tables all the time");
            }
            return false;
        }
    }
}
