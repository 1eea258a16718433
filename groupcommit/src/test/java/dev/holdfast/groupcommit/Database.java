package dev.holdfast.groupcommit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/// A database of its own for a test, in one PostgreSQL per test run. Lanes come as an ordinary role that owns the
/// database, so that nothing here works for superusers only.
final class Database {

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final PGSimpleDataSource lanes;
    private final PGSimpleDataSource superuser;

    private Database(PGSimpleDataSource lanes, PGSimpleDataSource superuser) {
        this.lanes = lanes;
        this.superuser = superuser;
    }

    static Database fresh() {
        return in(Server.POSTGRES);
    }

    /// A fresh database in a PostgreSQL of the test's own.
    static Database in(EmbeddedPostgres postgres) {
        var name = "test_" + COUNTER.incrementAndGet();
        var all = new Database(null, (PGSimpleDataSource) postgres.getPostgresDatabase());
        all.execute("CREATE ROLE " + name + " LOGIN", "CREATE DATABASE " + name + " OWNER " + name);
        return new Database((PGSimpleDataSource) postgres.getDatabase(name, name), (PGSimpleDataSource)
                postgres.getDatabase("postgres", name));
    }

    /// What a lane is given.
    PGSimpleDataSource lanes() {
        return lanes;
    }

    PGSimpleDataSource superuser() {
        return superuser;
    }

    /// What a lane is given, but through another port, a proxy's.
    PGSimpleDataSource lanesThrough(int port) {
        var through = new PGSimpleDataSource();
        through.setServerNames(new String[] {"localhost"});
        through.setPortNumbers(new int[] {port});
        through.setDatabaseName(lanes.getDatabaseName());
        through.setUser(lanes.getUser());
        through.setSslMode("disable");
        return through;
    }

    /// Runs statements as the lanes' role, each in a transaction of its own.
    void asOwner(String... statements) {
        run(lanes, statements);
    }

    /// Runs statements as superuser.
    void execute(String... statements) {
        run(superuser, statements);
    }

    /// The one number a query gives.
    long number(String query) {
        try (var db = superuser.getConnection();
                var statement = db.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run: " + query, e);
        }
    }

    /// The first column of a query's rows.
    Set<String> texts(String query) {
        try (var db = superuser.getConnection();
                var statement = db.createStatement();
                var row = statement.executeQuery(query)) {
            var texts = new HashSet<String>();
            while (row.next()) {
                texts.add(row.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run: " + query, e);
        }
    }

    /// Ends the lane's server process, as an operator would.
    ///
    /// @return how many were ended
    long terminateLane(String name) {
        return number("SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND application_name = 'holdfast-lane-" + name + "'");
    }

    private static void run(PGSimpleDataSource source, String... statements) {
        for (var sql : statements) {
            try (var db = source.getConnection();
                    var statement = db.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException("cannot run: " + sql, e);
            }
        }
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
