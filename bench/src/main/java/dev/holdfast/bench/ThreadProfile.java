package dev.holdfast.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/// CPU time by thread of this JVM and by session of PostgreSQL, as Linux counts it; empty elsewhere.
///
/// @param before clock ticks by name at the begin
record ThreadProfile(long postmaster, DataSource source, Map<String, Long> before) {

    private static final long MICROS_PER_TICK = 10_000;

    private static final String SESSIONS = """
            SELECT pid, coalesce(nullif(application_name, ''), backend_type)
              FROM pg_stat_activity
            """;

    static ThreadProfile begin(long postmaster, DataSource source) throws SQLException, IOException {
        return new ThreadProfile(postmaster, source, ticks(postmaster, source));
    }

    String report(int orders) throws SQLException, IOException {
        var used = ticks(postmaster, source);
        used.replaceAll((name, ticks) -> ticks - before.getOrDefault(name, 0L));
        var text = new StringBuilder("%9s  thread of this JVM, session of PostgreSQL%n".formatted("us/order"));
        used.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(entry -> text.append(
                        "%9.1f  %s%n".formatted((double) entry.getValue() * MICROS_PER_TICK / orders, entry.getKey())));
        return text.toString();
    }

    private static Map<String, Long> ticks(long postmaster, DataSource source) throws SQLException, IOException {
        var ticks = new HashMap<String, Long>();
        try (var threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (var thread : threads) {
                count(ticks, "jvm       ", thread, null);
            }
        }
        var names = new HashMap<Long, String>();
        try (var db = source.getConnection();
                var statement = db.createStatement();
                var rows = statement.executeQuery(SESSIONS)) {
            while (rows.next()) {
                names.put(rows.getLong(1), rows.getString(2));
            }
        }
        var processes = ProcessHandle.of(postmaster).stream()
                .flatMap(ProcessHandle::descendants)
                .toList();
        for (var process : processes) {
            var name = names.getOrDefault(process.pid(), "another process");
            count(ticks, "postgresql", Path.of("/proc/" + process.pid()), name);
        }
        return ticks;
    }

    /// Threads of one kind are counted together: their names end in a number.
    private static void count(Map<String, Long> ticks, String kind, Path place, String name) {
        try {
            var stat = Files.readString(place.resolve("stat"));
            var own = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            var called = (name == null ? own : name).replaceAll("[#-]?[0-9]+$", "");
            ticks.merge(kind + "  " + called, Long.parseLong(fields[11]) + Long.parseLong(fields[12]), Long::sum);
        } catch (IOException e) {
            // It has ended between the listing and the reading; what it used is not told any more.
            ticks.merge(kind + "  (ended)", 0L, Long::sum);
        }
    }
}
