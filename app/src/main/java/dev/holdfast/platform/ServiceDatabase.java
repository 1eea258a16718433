package dev.holdfast.platform;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/// The database of one service: its schema, a pool for reads and rare writes, and a source of connections of their
/// own for lanes.
///
/// @param schema the service's schema, also the folder of its migrations: `classpath:migrations/{schema}`
/// @param pool a bounded pool, for reads and rare writes
/// @param direct opens a connection per call, unpooled: a lane keeps the one it takes
public record ServiceDatabase(String schema, DataSource pool, DataSource direct) {

    /// Brings the schema up to date. Safe on several nodes at once (Flyway locks).
    public void migrate() {
        if (Migrations.areApplied(this)) {
            return;
        }
        Flyway.configure()
                .dataSource(direct)
                .schemas(schema)
                .defaultSchema(schema)
                .locations("classpath:migrations/" + schema)
                .load()
                .migrate();
    }
}
