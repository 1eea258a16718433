package dev.holdfast.saga.test;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/// A database of its own for a test, in one PostgreSQL per test run. Gone with the run.
final class TestPostgres {

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private TestPostgres() {}

    static DataSource empty() {
        var name = "explored_" + COUNTER.incrementAndGet();
        try (var db = Server.POSTGRES.getPostgresDatabase().getConnection();
                var statement = db.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create " + name, e);
        }
        return Server.POSTGRES.getDatabase("postgres", name);
    }

    /// Without fsync: no test here pulls the plug on the machine.
    private static final class Server {
        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
