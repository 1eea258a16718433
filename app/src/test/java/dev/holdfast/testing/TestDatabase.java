package dev.holdfast.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.GroupCommitSettings;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.ServiceDatabases;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/// A database of its own for a test, in one PostgreSQL per test run. Gone with the run.
public final class TestDatabase implements ServiceDatabases, Lanes, AutoCloseable {

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final String name = "test_" + COUNTER.incrementAndGet();
    private final PGSimpleDataSource direct;
    private final HikariDataSource pool;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private TestDatabase() {
        execute(Server.POSTGRES.getPostgresDatabase(), "CREATE DATABASE " + name);
        direct = (PGSimpleDataSource) Server.POSTGRES.getDatabase("postgres", name);
        var config = new HikariConfig();
        config.setDataSource(direct);
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        pool = new HikariDataSource(config);
    }

    /// A fresh, empty database.
    public static TestDatabase fresh() {
        return new TestDatabase();
    }

    /// A fresh database in which the given services' schemas are migrated.
    public static TestDatabase with(String... schemas) {
        var database = new TestDatabase();
        for (var schema : schemas) {
            database.of(schema).migrate();
        }
        return database;
    }

    @Override
    public ServiceDatabase of(String schema) {
        return new ServiceDatabase(schema, pool, direct);
    }

    @Override
    public <Q, R> GroupCommit<Q, R> open(String lane, ServiceDatabase database, BatchWork<Q, R> work) {
        return open(lane, database, 500, work);
    }

    @Override
    public synchronized <Q, R> GroupCommit<Q, R> open(
            String lane, ServiceDatabase database, int maxBatch, BatchWork<Q, R> work) {
        var settings = GroupCommitSettings.named(lane).withMaxBatch(maxBatch);
        var opening = GroupCommit.open(asLanesHaveThem(database.direct()), settings, work);
        opened.push(opening);
        return opening;
    }

    /// Lanes plan for tables that will be large, and their locks are taken in the order in which such a plan comes
    /// to the rows: a hash join on a small table would come to them in any.
    private DataSource asLanesHaveThem(DataSource source) {
        if (source != direct) {
            return source;
        }
        var lanes = (PGSimpleDataSource) Server.POSTGRES.getDatabase("postgres", name);
        lanes.setOptions("-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off");
        return lanes;
    }

    public String name() {
        return name;
    }

    public DataSource dataSource() {
        return pool;
    }

    /// The JDBC address, for a server of its own process.
    public String url() {
        return Server.POSTGRES.getJdbcUrl("postgres", name);
    }

    public void execute(String sql) {
        execute(pool, sql);
    }

    @Override
    public void close() throws Exception {
        for (var lane : opened) {
            lane.close();
        }
        pool.close();
    }

    private static void execute(DataSource source, String sql) {
        try (var db = source.getConnection();
                var statement = db.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run: " + sql, e);
        }
    }

    /// One PostgreSQL for all tests of the run, as durable as a real one: the server refuses another, and there is
    /// no switch in it for tests.
    private static final class Server {
        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "300")
                        .setServerConfig("fsync", "on")
                        .setServerConfig("full_page_writes", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
