package dev.holdfast.platform;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Whether every database in use answers. Part of readiness and not of liveness: restarting this process would not
/// bring a database back.
///
/// Asked on a connection of its own: a pool whose connections are all in use is a busy server, and taking it out of
/// the load balancer then would give its load to the next one.
final class DatabaseHealth implements HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseHealth.class);

    private final ConfiguredDatabases databases;

    DatabaseHealth(ConfiguredDatabases databases) {
        this.databases = databases;
    }

    @Override
    public Health health() {
        var health = Health.up();
        databases.direct().forEach((name, database) -> {
            var answers = answers(name, database);
            health.withDetail(name, answers ? "answers" : "does not answer");
            if (!answers) {
                health.down();
            }
        });
        return health.build();
    }

    private static boolean answers(String name, DataSource database) {
        try (var db = database.getConnection()) {
            return db.isValid(2);
        } catch (SQLException e) {
            LOG.warn("database '{}' does not answer: {}", name, e.getMessage());
            return false;
        }
    }
}
