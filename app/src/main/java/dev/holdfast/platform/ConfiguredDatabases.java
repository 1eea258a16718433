package dev.holdfast.platform;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.holdfast.platform.HoldfastSettings.Datasource;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/// The databases as the settings name them: a service's own, the shared one, or the embedded one. Each is opened
/// when the first service asks for it, and checked before it is handed out.
final class ConfiguredDatabases implements ServiceDatabases, AutoCloseable {

    private final HoldfastSettings settings;
    private final Function<String, Datasource> ownOf;
    private final MeterRegistry metrics;
    private final Map<String, Opened> opened = new LinkedHashMap<>();
    private final EmbeddedPostgres embedded;

    record Opened(String name, HikariDataSource pool, DataSource direct) {}

    /// @param ownOf the database a service has of its own, by the service's name; without an address when it has
    ///     none
    /// @param embedded used, and begun if nobody has, when a service has no other
    ConfiguredDatabases(
            HoldfastSettings settings,
            Function<String, Datasource> ownOf,
            EmbeddedPostgres embedded,
            MeterRegistry metrics) {
        this.settings = settings;
        this.embedded = embedded;
        this.ownOf = ownOf;
        this.metrics = metrics;
    }

    @Override
    public synchronized ServiceDatabase of(String schema) {
        var own = ownOf.apply(schema);
        var name = own.isGiven() ? schema : "shared";
        var database = opened.get(name);
        if (database == null) {
            database = open(name, own.isGiven() ? own : shared());
            opened.put(name, database);
        }
        return new ServiceDatabase(schema, database.pool(), database.direct());
    }

    /// Opens connections to the databases in use, past the pools, by name: `shared`, or the service's that has its
    /// own.
    synchronized Map<String, DataSource> direct() {
        var direct = new LinkedHashMap<String, DataSource>();
        opened.forEach((name, database) -> direct.put(name, database.direct()));
        return direct;
    }

    @Override
    public synchronized void close() {
        opened.values().forEach(database -> database.pool().close());
        embedded.close();
    }

    private Datasource shared() {
        if (settings.datasource().isGiven()) {
            return settings.datasource();
        }
        var postgres = embedded.await();
        return settings.datasource().at(postgres.url(), postgres.username(), postgres.password());
    }

    private Opened open(String name, Datasource database) {
        var direct = connecting(database, "holdfast");
        DurabilityCheck.require(name, direct);
        var pool = new HikariConfig();
        pool.setPoolName(name);
        pool.setDataSource(direct);
        pool.setMaximumPoolSize(database.poolSize());
        pool.setMinimumIdle(Math.min(2, database.poolSize()));
        pool.setConnectionTimeout(database.connectionTimeout().toMillis());
        pool.setMetricRegistry(metrics);
        return new Opened(name, new HikariDataSource(pool), direct);
    }

    private static PGSimpleDataSource connecting(Datasource database, String applicationName) {
        var source = new PGSimpleDataSource();
        source.setUrl(database.url());
        if (database.username() != null) {
            source.setUser(database.username());
            source.setPassword(database.password());
        }
        source.setApplicationName(applicationName);
        source.setTcpKeepAlive(true);
        // What the database adds to an error are the values of the row, and the driver adds those of the statement:
        // addresses and e-mails, which have no place in a log. What is left names the constraint.
        source.setLogServerErrorDetail(false);
        source.setConnectTimeout(5);
        source.setSocketTimeout((int) database.socketTimeout().toSeconds());
        return source;
    }
}
