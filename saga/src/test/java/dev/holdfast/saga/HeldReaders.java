package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.postgresql.ds.PGSimpleDataSource;

/// A pool of readers that is used up whenever a test likes.
final class HeldReaders extends PGSimpleDataSource {

    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile CountDownLatch gate = new CountDownLatch(0);

    HeldReaders(TestPostgres postgres) {
        setUrl(postgres.url());
    }

    /// From now on nobody gets a connection.
    void hold() {
        gate = new CountDownLatch(1);
    }

    void letGo() {
        gate.countDown();
    }

    /// Somebody waits for a connection.
    CountDownLatch asked() {
        return asked;
    }

    @Override
    public Connection getConnection() throws SQLException {
        var closed = gate;
        if (closed.getCount() > 0) {
            asked.countDown();
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while it waited for a connection", e);
        }
        return super.getConnection();
    }
}
