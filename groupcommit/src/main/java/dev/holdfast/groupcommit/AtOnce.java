package dev.holdfast.groupcommit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/// Runs statements as they come.
record AtOnce(Connection db) implements Writes {

    @Override
    public void add(Write write) throws SQLException {
        try (var statement = db.prepareStatement(write.sql())) {
            bind(statement, 0, write.parameters());
            var gives = statement.execute();
            if (write.isCounted()) {
                long touched = gives ? rows(statement) : statement.getUpdateCount();
                if (touched != write.rows()) {
                    throw new WrongCountException(write, touched, null);
                }
            } else if (gives && write.reading() != null) {
                write.reading().read(statement.getResultSet());
            }
        } catch (SQLException e) {
            throw write.told().apply(e);
        }
    }

    @Override
    public void whenCommitted(Runnable task) {
        task.run();
    }

    /// @param bound how many parameters of the statement are bound already
    /// @return how many are now
    static int bind(PreparedStatement statement, int bound, List<?> parameters) throws SQLException {
        for (var parameter : parameters) {
            statement.setObject(++bound, parameter);
        }
        return bound;
    }

    private static long rows(PreparedStatement statement) throws SQLException {
        long rows = 0;
        for (var given = statement.getResultSet(); given.next(); ) {
            rows++;
        }
        return rows;
    }
}
