package dev.holdfast.platform;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Refuses a database that acknowledges what it may lose. The whole promise (an accepted order is never lost, a
/// charge is never forgotten) rests on a commit being on disk when it is answered.
final class DurabilityCheck {

    private static final Logger LOG = LoggerFactory.getLogger(DurabilityCheck.class);

    private static final String SETTINGS = """
            SELECT current_setting('fsync') AS fsync,
                   current_setting('full_page_writes') AS full_page_writes,
                   current_setting('synchronous_commit') AS synchronous_commit,
                   current_setting('synchronous_standby_names') AS synchronous_standby_names,
                   (SELECT count(*) FROM pg_stat_replication) AS standbys
            """;

    private DurabilityCheck() {}

    /// @throws IllegalStateException when the database can lose a commit it has acknowledged
    static void require(String name, DataSource source) {
        try (var db = source.getConnection()) {
            check(name, db);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "cannot connect to database '" + name + "': " + e.getMessage()
                            + "; check holdfast.datasource.url, username and password",
                    e);
        }
    }

    private static void check(String name, Connection db) throws SQLException {
        try (var query = db.prepareStatement(SETTINGS);
                var row = query.executeQuery()) {
            row.next();
            var off = new ArrayList<String>();
            for (var setting : new String[] {"fsync", "full_page_writes", "synchronous_commit"}) {
                if (row.getString(setting).equals("off")) {
                    off.add(setting);
                }
            }
            if (!off.isEmpty()) {
                throw new IllegalStateException("database '" + name + "' runs with " + String.join(", ", off)
                        + " = off: after a crash it can have lost orders and charges that were acknowledged."
                        + " Turn it on and start again");
            }
            if (row.getLong("standbys") > 0
                    && row.getString("synchronous_standby_names").isBlank()) {
                LOG.warn(
                        "database '{}' has {} standbys but synchronous_standby_names is empty: a fail-over can lose"
                                + " acknowledged orders. Name at least one synchronous standby",
                        name,
                        row.getLong("standbys"));
            }
        }
    }
}
