package dev.holdfast.inventory;

import dev.holdfast.groupcommit.WrongCountException;
import java.sql.SQLException;

/// A row was not what the batch had decided on: somebody else has written it meanwhile. Nothing of the batch may
/// stay. It bears the SQLSTATE of a serialization failure, so the lane rolls back and runs the whole batch again,
/// which then reads under locks.
final class StaleRows extends SQLException {

    private static final String SERIALIZATION_FAILURE = "40001";

    private StaleRows(String message) {
        super(message, SERIALIZATION_FAILURE);
    }

    static StaleRows partOf(String product) {
        return new StaleRows("one part of '" + product
                + "' is not enough; the batch is rolled back and run again on all parts of it");
    }

    /// What to throw for a conditional write's error.
    ///
    /// @param missed to be run if rows were not as they were decided on
    static SQLException or(SQLException failure, String what, Runnable missed) {
        if (!(failure instanceof WrongCountException wrong)) {
            return failure;
        }
        missed.run();
        var stale = new StaleRows((wrong.expected() - wrong.touched()) + " of " + wrong.expected() + " " + what
                + " were changed by somebody else meanwhile; the batch is rolled back and run again");
        stale.initCause(failure);
        return stale;
    }
}
