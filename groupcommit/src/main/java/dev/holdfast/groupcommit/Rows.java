package dev.holdfast.groupcommit;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/// Checks that a set-based statement did what the batch function decided.
///
/// `UPDATE … FROM unnest(…)` with two rows for one target silently applies one of them, and a row that is not there
/// is silently passed over. Both show in the row count and nowhere else.
public final class Rows {

    private Rows() {}

    /// Runs an INSERT, UPDATE or DELETE that must touch exactly so many rows.
    ///
    /// @throws IllegalStateException if it touched another number: out of a [BatchWork] that rolls the batch back
    public static void update(PreparedStatement statement, int expected) throws SQLException {
        var touched = statement.executeUpdate();
        if (touched != expected) {
            throw new IllegalStateException("a statement touched " + touched + " rows instead of " + expected
                    + ": two changes for one row, or a row that is not there; the transaction must not be committed");
        }
    }
}
