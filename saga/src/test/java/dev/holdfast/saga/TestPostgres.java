package dev.holdfast.saga;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/// A database of its own for a test, in one PostgreSQL per test run. Gone with the run.
public final class TestPostgres {

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final String name = "saga_test_" + COUNTER.incrementAndGet();
    private final DataSource dataSource;

    private TestPostgres() {
        execute(Server.POSTGRES.getPostgresDatabase(), "CREATE DATABASE " + name);
        dataSource = Server.POSTGRES.getDatabase("postgres", name);
    }

    /// A fresh, empty database.
    public static TestPostgres empty() {
        return new TestPostgres();
    }

    /// A fresh database with the engine's tables.
    public static TestPostgres withSagaTables() {
        var database = new TestPostgres();
        SagaSchema.create(database.dataSource);
        return database;
    }

    public DataSource dataSource() {
        return dataSource;
    }

    public String url() {
        return Server.POSTGRES.getJdbcUrl("postgres", name);
    }

    public void execute(String sql) {
        execute(dataSource, sql);
    }

    /// The first column of every row, as text.
    public List<String> texts(String sql) {
        try (var db = dataSource.getConnection();
                var statement = db.createStatement();
                var rows = statement.executeQuery(sql)) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run: " + sql, e);
        }
    }

    /// The one number that a query answers.
    public int number(String sql) {
        return Integer.parseInt(texts(sql).getFirst());
    }

    private static void execute(DataSource source, String sql) {
        try (var db = source.getConnection();
                var statement = db.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run: " + sql, e);
        }
    }

    /// Without fsync: no test here pulls the plug on the machine.
    private static final class Server {
        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "300")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
