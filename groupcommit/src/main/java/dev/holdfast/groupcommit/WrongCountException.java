package dev.holdfast.groupcommit;

import java.sql.SQLException;

/// A statement touched another number of rows than it must have. Nothing of its transaction is committed.
public final class WrongCountException extends SQLException {

    /// PostgreSQL's `assert_failure`: a defect, unless who wrote the statement says otherwise ([Write#told]).
    private static final String ASSERT_FAILURE = "P0004";

    private final int expected;
    private final long touched;

    WrongCountException(Write write, long touched, SQLException cause) {
        super("touched " + touched + " rows instead of " + write.rows() + ": " + write.sql(), ASSERT_FAILURE, cause);
        this.expected = write.rows();
        this.touched = touched;
    }

    /// How many rows it must have touched.
    public int expected() {
        return expected;
    }

    /// How many rows it touched.
    public long touched() {
        return touched;
    }
}
