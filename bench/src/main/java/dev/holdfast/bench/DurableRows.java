package dev.holdfast.bench;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/// What a durable write costs on this database, with nothing around it: transactions of one row, one after the
/// other.
final class DurableRows implements AutoCloseable {

    private static final String CREATE = """
            CREATE TABLE durable_rows (
                id bigint CONSTRAINT durable_rows_pk PRIMARY KEY,
                what text NOT NULL
            )
            """;

    private static final String WRITE = """
            INSERT INTO durable_rows (id, what)
            VALUES (?, ?)
            """;

    /// About what a row of a saga's log has.
    private static final String WHAT = "a row of a log ".repeat(10);

    private static final int CONNECTIONS = 16;

    private final HikariDataSource pool = new HikariDataSource();
    private final AtomicLong lastId = new AtomicLong();

    DurableRows(DataSource database) throws SQLException {
        try (var db = database.getConnection();
                var statement = db.createStatement()) {
            statement.execute(CREATE);
        }
        pool.setDataSource(database);
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(CONNECTIONS);
    }

    /// So many transactions, one after the other, on one connection.
    void write(int transactions) {
        try (var db = pool.getConnection();
                var write = db.prepareStatement(WRITE)) {
            for (int i = 0; i < transactions; i++) {
                write.setLong(1, lastId.incrementAndGet());
                write.setString(2, WHAT);
                write.executeUpdate(); // commits
            }
        } catch (SQLException e) {
            throw new IllegalStateException("a row could not be written: " + e, e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
