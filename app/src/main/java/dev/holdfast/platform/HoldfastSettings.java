package dev.holdfast.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The settings of the server itself, `holdfast.*`. What belongs to one service is in that service's settings,
/// `holdfast.{service}.*`; a service's own database is `holdfast.{service}.datasource.*`, with the fields of
/// [Datasource].
///
/// @param data the directory of everything durable. Default `data` below the working directory. Unused by the
///     database when `datasource.url` is set
/// @param datasource the database all services share unless they have their own
/// @param postgres the embedded PostgreSQL, used when `datasource.url` is not set
/// @param lanes group commit
@ConfigurationProperties("holdfast")
public record HoldfastSettings(
        @DefaultValue("data") Path data,
        @DefaultValue Datasource datasource,
        @DefaultValue Postgres postgres,
        @DefaultValue LaneSettings lanes) {

    /// A PostgreSQL to connect to.
    ///
    /// @param url `jdbc:postgresql://host:port/database`; none means the embedded PostgreSQL
    /// @param username, password of its user
    /// @param poolSize connections for reads and rare writes, 1 to 1,000, default 16. Lanes have connections of
    ///     their own beside these; all of them, times the nodes, must fit into the server's `max_connections`
    /// @param connectionTimeout how long a reader waits for a connection of the pool before it is refused. Default
    ///     3 s
    /// @param socketTimeout how long anybody waits for an answer of the database before the connection counts as
    ///     dead; whole seconds, 1 or more. Default 30 s, far above any statement here; raise it for a migration
    ///     that takes longer
    public record Datasource(
            String url,
            String username,
            String password,
            @DefaultValue("16") int poolSize,
            @DefaultValue("3s") Duration connectionTimeout,
            @DefaultValue("30s") Duration socketTimeout) {

        public Datasource {
            if (poolSize < 1 || poolSize > 1000) {
                throw new IllegalArgumentException("datasource.pool-size must be 1 to 1,000, not " + poolSize);
            }
            if (socketTimeout.toSeconds() < 1) {
                throw new IllegalArgumentException(
                        "datasource.socket-timeout must be 1s or more, not " + socketTimeout);
            }
        }

        /// Without the password: settings end up in logs and error messages.
        @Override
        public String toString() {
            return "Datasource[" + url + " as " + username + ", poolSize=" + poolSize + "]";
        }

        boolean isGiven() {
            return url != null && !url.isBlank();
        }

        Datasource at(String address, String user, String secret) {
            return new Datasource(address, user, secret, poolSize, connectionTimeout, socketTimeout);
        }
    }

    /// @param settings PostgreSQL settings over the built-in ones, `holdfast.postgres.settings.shared_buffers=4GB`.
    ///     `fsync`, `full_page_writes` and `synchronous_commit` cannot be set: they stay on. Default none
    public record Postgres(@DefaultValue Map<String, String> settings) {}

    /// @param maxQueued requests that may wait in one lane; one more is answered 503. 1 or more, default 20,000
    /// @param maxBatch requests one transaction takes at most. 1 or more, default 500
    /// @param patience how long a caller waits for a lane. Default 10 s
    /// @param commitDeadline how long a lane tries to find out what became of a lost COMMIT. Default 30 s
    /// @param idleInTransaction after how long without a statement the database ends a lane's transaction: this
    ///     process is frozen and holds stock and order rows that other nodes wait for. Default 1.4 s, below half of
    ///     a node's lease, so that a take-over never waits for the frozen node's locks
    /// @param transaction after how long the database ends a lane's transaction however busy it is; a single
    ///     statement of it after five sixths of that. Default 1.4 s
    public record LaneSettings(
            @DefaultValue("20000") int maxQueued,
            @DefaultValue("500") int maxBatch,
            @DefaultValue("10s") Duration patience,
            @DefaultValue("30s") Duration commitDeadline,
            @DefaultValue("1400ms") Duration idleInTransaction,
            @DefaultValue("1400ms") Duration transaction) {}
}
