package dev.holdfast.platform;

import dev.holdfast.groupcommit.WrongCountException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;

/// Whether a lane takes the short way, which is right only if every request of the batch is a new one: then a plain
/// INSERT does, and PostgreSQL need not look into every unique index before it writes (`ON CONFLICT`), nor the lane
/// for what is there.
///
/// The short way is never wrong, only in vain: where a request is not new after all, a unique index or a row count
/// says so, nothing is committed, and the lane runs the batch again on the long way. Requests are repeated after
/// faults, and then many are, so one disappointment keeps a lane on the long way for a while.
///
/// Used by the lane's thread alone.
public final class Optimism {

    private static final String DUPLICATE = "23505";
    private static final int CAREFUL_RUNS = 64;

    private int careful;
    private boolean justified;

    /// Asked once for every run of a batch.
    ///
    /// @param possible the batch itself allows it: no key is in it twice, and nothing is to be undone, for what is
    ///     undone is nearly always there
    public boolean isJustified(boolean possible) {
        justified = possible && careful == 0;
        careful = Math.max(0, careful - 1);
        return justified;
    }

    /// What to throw when a statement has failed: where something was not new, or not as it was thought to be, a
    /// serialization failure, so that the lane runs the batch again.
    public SQLException after(SQLException failure) {
        if (!justified || !(DUPLICATE.equals(failure.getSQLState()) || failure instanceof WrongCountException)) {
            return failure;
        }
        careful = CAREFUL_RUNS;
        return Recent.outOfDate(failure);
    }

    /// Whether no value is there twice.
    public static boolean distinct(Collection<String> values) {
        return new HashSet<>(values).size() == values.size();
    }
}
