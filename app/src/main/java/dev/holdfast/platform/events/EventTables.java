package dev.holdfast.platform.events;

import dev.holdfast.platform.ServiceDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Pattern;

/// Creates the tables of outbox and inbox in the schema of whoever needs them.
///
/// They are versioned apart from the service's own migrations, because every schema has the same ones and none owns
/// them: scripts `migrations/platform/{outbox,inbox}-{n}.sql`, and a table `event_migrations` of what has run.
/// Nodes that start at once take turns by an advisory lock held to the end of the transaction, so a node that dies
/// half way leaves nothing behind.
final class EventTables {

    private static final Pattern IDENTIFIER = Pattern.compile("[a-z][a-z0-9_]{0,40}");

    private static final String TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('holdfast events'), hashtext(?))";

    private static final String REMEMBER_TABLE = """
            CREATE TABLE IF NOT EXISTS ${schema}.event_migrations (
                name varchar(40) CONSTRAINT event_migrations_pk PRIMARY KEY,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """;

    private static final String REMEMBER = """
            INSERT INTO ${schema}.event_migrations (name)
            VALUES (?)
                ON CONFLICT (name) DO NOTHING
            """;

    private static final String SERVICE_IS_MIGRATED = "SELECT to_regclass(?) IS NOT NULL";

    private EventTables() {}

    static void createOutbox(ServiceDatabase database) {
        create(database, "outbox-1");
        create(database, "outbox-2");
    }

    static void createInbox(ServiceDatabase database) {
        create(database, "inbox-1");
    }

    /// A statement for a schema. The name goes into SQL text, so it has to be a plain identifier.
    static String in(String schema, String sql) {
        if (!IDENTIFIER.matcher(schema).matches()) {
            throw new IllegalArgumentException("a schema's name must match " + IDENTIFIER + ", not '" + schema + "'");
        }
        return sql.replace("${schema}", schema);
    }

    private static void create(ServiceDatabase database, String script) {
        try (var db = database.direct().getConnection()) {
            migrateService(database, db);
            db.setAutoCommit(false);
            run(db, database.schema(), script);
            db.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "cannot create the " + script + " tables of schema " + database.schema()
                            + "; nothing was created, the next start tries again",
                    e);
        }
    }

    /// The service's own migrations come first: Flyway refuses a schema that has tables but no history of its own.
    private static void migrateService(ServiceDatabase database, Connection db) throws SQLException {
        try (var asked = db.prepareStatement(SERVICE_IS_MIGRATED)) {
            asked.setString(1, database.schema() + ".flyway_schema_history");
            try (var answer = asked.executeQuery()) {
                answer.next();
                if (answer.getBoolean(1)) {
                    return;
                }
            }
        }
        database.migrate();
    }

    private static void run(Connection db, String schema, String script) throws SQLException {
        try (var turn = db.prepareStatement(TAKE_TURNS)) {
            turn.setString(1, schema);
            turn.execute();
        }
        try (var statement = db.createStatement()) {
            statement.execute(in(schema, REMEMBER_TABLE));
        }
        try (var remember = db.prepareStatement(in(schema, REMEMBER))) {
            remember.setString(1, script);
            if (remember.executeUpdate() == 0) {
                return;
            }
        }
        try (var statement = db.createStatement()) {
            statement.execute(in(schema, read(script)));
        }
    }

    private static String read(String script) {
        var name = "/migrations/platform/" + script + ".sql";
        try (var stream = EventTables.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the class path lacks " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
