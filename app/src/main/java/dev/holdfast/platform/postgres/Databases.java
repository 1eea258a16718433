package dev.holdfast.platform.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/// The one database of the cluster.
final class Databases {

    private static final String EXISTS = "SELECT 1 FROM pg_database WHERE datname = ?";

    private Databases() {}

    static void createIfMissing(int port, String password, String name) {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName("postgres");
        source.setUser(Cluster.USER);
        source.setPassword(password);
        source.setConnectTimeout(10);
        source.setSocketTimeout(60);
        try (var db = source.getConnection()) {
            if (!exists(db, name)) {
                try (var create = db.createStatement()) {
                    create.execute("CREATE DATABASE " + name);
                }
            }
        } catch (SQLException e) {
            throw new PostgresException("PostgreSQL runs on port " + port + " but does not answer: " + e, e);
        }
    }

    private static boolean exists(Connection db, String name) throws SQLException {
        try (var query = db.prepareStatement(EXISTS)) {
            query.setString(1, name);
            try (var row = query.executeQuery()) {
                return row.next();
            }
        }
    }
}
