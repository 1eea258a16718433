package dev.holdfast.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/// Sees at a glance whether a schema has every migration of this release, as it has at every start but the first
/// one after an upgrade. Flyway takes as long to find that out as the rest of a service takes to start.
///
/// It only ever says "nothing to do", and only when the history names exactly the scripts of this release, with
/// their checksums, each a success. Whatever else it sees (no history, one script more or less, a changed one, a
/// failed one) is Flyway's to judge. A migration that runs on another node at this moment is in the history once it
/// has committed, and not before.
final class Migrations {

    private static final Pattern SCRIPT = Pattern.compile("V(\\d+)__.+\\.sql");

    private static final String HISTORY_IS_THERE = "SELECT to_regclass(?) IS NOT NULL";

    /// The row that tells of the creation of the schema has no version.
    private static final String APPLIED = """
            SELECT version, checksum, success
              FROM ${schema}.flyway_schema_history
             WHERE version IS NOT NULL
            """;

    private Migrations() {}

    static boolean areApplied(ServiceDatabase database) {
        try (var db = database.pool().getConnection()) {
            return historyIsThere(db, database.schema())
                    && applied(db, database.schema()).equals(ours(database.schema()));
        } catch (SQLException e) {
            // Flyway meets it too, and says what is wrong.
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the migrations of " + database.schema(), e);
        }
    }

    private static boolean historyIsThere(Connection db, String schema) throws SQLException {
        try (var asked = db.prepareStatement(HISTORY_IS_THERE)) {
            asked.setString(1, schema + ".flyway_schema_history");
            try (var answer = asked.executeQuery()) {
                answer.next();
                return answer.getBoolean(1);
            }
        }
    }

    /// Checksums by version; of one that failed, none.
    private static Map<String, Integer> applied(Connection db, String schema) throws SQLException {
        var applied = new TreeMap<String, Integer>();
        try (var asked = db.createStatement();
                var rows = asked.executeQuery(APPLIED.replace("${schema}", schema))) {
            while (rows.next()) {
                var checksum = rows.getObject("checksum", Integer.class);
                applied.put(rows.getString("version"), rows.getBoolean("success") ? checksum : null);
            }
        }
        return applied;
    }

    private static Map<String, Integer> ours(String schema) throws IOException {
        var scripts = new PathMatchingResourcePatternResolver(Migrations.class.getClassLoader())
                .getResources("classpath:migrations/" + schema + "/*");
        var ours = new TreeMap<String, Integer>();
        for (var script : scripts) {
            var name = SCRIPT.matcher(Objects.requireNonNull(script.getFilename()));
            if (name.matches()) {
                ours.put(name.group(1), checksum(script));
            } else {
                // A kind of script that this class does not know: equal to nothing that is applied.
                ours.put(script.getFilename(), 0);
            }
        }
        return ours;
    }

    /// As Flyway counts it: over the lines, without their ends.
    private static int checksum(Resource script) throws IOException {
        var sum = new CRC32();
        try (var lines = new BufferedReader(new InputStreamReader(script.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                sum.update(line.getBytes(StandardCharsets.UTF_8));
            }
        }
        return (int) sum.getValue();
    }
}
