package dev.holdfast.groupcommit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// A statement of a batch function that the function need not wait for: see [Writes].
///
/// @param sql one statement; if it must touch a number of rows it is an INSERT, UPDATE or DELETE without RETURNING,
///     or begins with SELECT, and gives nothing to read
/// @param parameters bound in order, as `PreparedStatement.setObject` takes them; not to be changed any more
/// @param rows how many it must touch, or give; negative if that says nothing
/// @param told what to throw for an error of the statement, or of those that go with it: the error itself, if it is
///     none of this one's. Given a [WrongCountException] it is this one's
/// @param reading what to do with the rows it gives, after it was run; the transaction may be committed by then.
///     Rows of numbers and times: where a row has no largest size (a text, an array), the driver waits for what
///     went before
public record Write(String sql, List<?> parameters, int rows, UnaryOperator<SQLException> told, Reading reading) {

    private static final int ANY = -1;

    private static final Pattern COUNTABLE =
            Pattern.compile("\\s*(INSERT|UPDATE|DELETE|(?<query>SELECT))\\b", Pattern.CASE_INSENSITIVE);

    /// Reads what a statement gives.
    @FunctionalInterface
    public interface Reading {

        void read(ResultSet rows) throws SQLException;
    }

    /// @throws IllegalArgumentException it is to be counted and cannot be
    public Write {
        if (rows >= 0 && (reading != null || !COUNTABLE.matcher(sql).lookingAt())) {
            throw new IllegalArgumentException("its rows cannot be counted: " + sql);
        }
    }

    public static Write of(String sql, List<?> parameters) {
        return new Write(sql, parameters, ANY, UnaryOperator.identity(), null);
    }

    /// The same, but nothing of the transaction stays if it touches another number of rows: a set-based statement
    /// with two rows for one target applies one of them, and passes a row over that is not there, both in silence.
    ///
    /// @param rows 0 or more
    public Write touching(int rows) {
        if (rows < 0) {
            throw new IllegalArgumentException(rows + " rows");
        }
        return new Write(sql, parameters, rows, told, reading);
    }

    public Write telling(UnaryOperator<SQLException> told) {
        return new Write(sql, parameters, rows, told, reading);
    }

    public Write giving(Reading reading) {
        return new Write(sql, parameters, rows, told, reading);
    }

    boolean isCounted() {
        return rows >= 0;
    }

    /// Of one that is counted: whether it gives rows.
    boolean isQuery() {
        var start = COUNTABLE.matcher(sql);
        return start.lookingAt() && start.group("query") != null;
    }
}
