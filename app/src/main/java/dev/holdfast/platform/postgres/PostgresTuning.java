package dev.holdfast.platform.postgres;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The settings PostgreSQL is started with, and why. They go onto its command line, where neither a file nor `ALTER
/// SYSTEM` overrides them.
final class PostgresTuning {

    /// An acknowledged order survives a power cut because of these three, so they are nobody's choice.
    private static final Set<String> DURABILITY = Set.of("fsync", "full_page_writes", "synchronous_commit");

    private static final long MEGABYTE = 1024 * 1024;

    private PostgresTuning() {}

    /// @param chosen overrides from the settings of the server
    /// @return arguments: `-c`, `name=value`, …, in a stable order
    static List<String> arguments(int port, Map<String, String> chosen) {
        for (var name : chosen.keySet()) {
            if (DURABILITY.contains(name)) {
                throw new PostgresException("holdfast.postgres.settings cannot set " + name
                        + ": it stays on, or an order that was acknowledged could be lost");
            }
        }
        var settings = new TreeMap<>(defaults());
        settings.putAll(chosen);
        settings.put("port", Integer.toString(port));
        var arguments = new ArrayList<String>();
        settings.forEach((name, value) -> arguments.addAll(List.of("-c", name + "=" + value)));
        return arguments;
    }

    private static Map<String, String> defaults() {
        return Map.ofEntries(
                Map.entry("fsync", "on"),
                Map.entry("full_page_writes", "on"),
                Map.entry("synchronous_commit", "on"),
                // Reached through loopback only, with a password; no socket file to leave behind.
                Map.entry("listen_addresses", "127.0.0.1"),
                Map.entry("unix_socket_directories", ""),
                Map.entry("timezone", "UTC"),
                Map.entry("log_timezone", "UTC"),
                // Lanes and pools need about 60 connections; tools and a second server the rest. Each costs MBs.
                Map.entry("max_connections", "200"),
                // An eighth of the machine: the JVM and the page cache want theirs, and past 2 GB the hot rows gain
                // nothing.
                Map.entry("shared_buffers", sharedBuffers() + "MB"),
                // Each checkpoint makes the next write of a page log the whole page, so few of them; 4 GB of log is
                // a recovery of seconds, not minutes. No compression of those pages: these binaries know pglz only,
                // which costs more CPU than the writing it saves.
                Map.entry("max_wal_size", "4GB"),
                Map.entry("min_wal_size", "512MB"),
                Map.entry("checkpoint_timeout", "15min"),
                Map.entry("checkpoint_completion_target", "0.9"),
                Map.entry("wal_compression", "off"),
                // A batch of 500 checkouts writes some MB of log before its commit.
                Map.entry("wal_buffers", "64MB"),
                // The counters are updated thousands of times a second: look often. Their table is small, so the
                // server's own share of dead rows (a fifth) comes within seconds; a smaller one would only make it
                // go through the indexes of the large tables, each of whose rows is written twice or thrice in its
                // first second and never again, four times as often.
                Map.entry("autovacuum_naptime", "10s"),
                // Nearly all that autovacuum costs while tables grow is ANALYZE (of 17 s 16 in a run of 150,000
                // orders): it sorts a sample of each column, whole payloads among them. Hot statements go by a key
                // and have one plan, so it may come later and look at less.
                Map.entry("autovacuum_analyze_scale_factor", "0.25"),
                Map.entry("default_statistics_target", "25"),
                // Statements here take microseconds; compiling one takes milliseconds.
                Map.entry("jit", "off"),
                Map.entry("random_page_cost", "1.1"),
                // Somebody who forgot a transaction must not hold back vacuum for ever.
                Map.entry("idle_in_transaction_session_timeout", "60s"),
                Map.entry("log_line_prefix", "%m [%p] %a "),
                Map.entry("log_lock_waits", "on"),
                Map.entry("log_checkpoints", "off"));
    }

    private static long sharedBuffers() {
        var machine = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        var eighth = machine.getTotalMemorySize() / 8 / MEGABYTE;
        return Math.clamp(eighth, 128, 2048);
    }
}
