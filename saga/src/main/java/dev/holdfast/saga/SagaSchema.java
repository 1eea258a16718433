package dev.holdfast.saga;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/// The engine's tables, in the schema `saga`: numbered scripts in this jar, each applied once, all in one
/// transaction.
public final class SagaSchema {

    private static final List<String> SCRIPTS = List.of(
            "V1__sagas.sql",
            "V2__audit_once.sql",
            "V3__traceparent.sql",
            "V4__nodes.sql",
            "V5__waiting.sql",
            "V6__retention.sql",
            "V7__ranges_of_like_prefixes.sql");

    /// One creator at a time: the second waits, and finds everything done. Freed by the end of the transaction.
    private static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7164732401)";

    private static final String PREPARE = """
            CREATE SCHEMA IF NOT EXISTS saga;
            CREATE TABLE IF NOT EXISTS saga.saga_schema (
                version    int         NOT NULL CONSTRAINT saga_schema_pk PRIMARY KEY,
                script     text        NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """;

    private static final String VERSION = "SELECT coalesce(max(version), 0) FROM saga.saga_schema";

    private static final String EXISTS = "SELECT to_regclass('saga.saga_schema') IS NOT NULL";

    private static final String APPLIED = "INSERT INTO saga.saga_schema (version, script) VALUES (?, ?)";

    private SagaSchema() {}

    /// Creates or upgrades the tables. Can be called at every start, also by several nodes at once.
    ///
    /// @throws SagaStoreException the database cannot be reached or refuses
    public static void create(DataSource dataSource) {
        Database.inTransaction(dataSource, db -> {
            try (var statement = db.createStatement()) {
                statement.execute(ONE_AT_A_TIME);
                statement.execute(PREPARE);
                for (int version = version(db); version < SCRIPTS.size(); version++) {
                    statement.execute(script(SCRIPTS.get(version)));
                    try (var applied = db.prepareStatement(APPLIED)) {
                        applied.setInt(1, version + 1);
                        applied.setString(2, SCRIPTS.get(version));
                        applied.executeUpdate();
                    }
                }
            }
            return null;
        });
    }

    /// @throws IllegalStateException the tables are missing, older than this release, or newer
    static void verify(DataSource dataSource) {
        int found = Database.inTransaction(dataSource, db -> {
            try (var statement = db.createStatement();
                    var rows = statement.executeQuery(EXISTS)) {
                rows.next();
                return rows.getBoolean(1) ? version(db) : 0;
            }
        });
        if (found != SCRIPTS.size()) {
            throw new IllegalStateException(
                    "the tables of schema saga are of version " + found + ", this release needs " + SCRIPTS.size()
                            + ": call SagaSchema.create first, or start the newer release");
        }
    }

    private static int version(Connection db) throws SQLException {
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(VERSION)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static String script(String name) {
        try (var in = SagaSchema.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
