package dev.holdfast.platform.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The durable directory of one embedded PostgreSQL:
///
/// ```
/// cluster/    PostgreSQL's own data directory; may belong to another user
/// password    of the database user, readable by the owner only
/// port        kept from run to run, so that tools find the database where it was
/// postgres.log
/// lock, owner
/// ```
record Cluster(Path base) {

    static final String USER = "holdfast";

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    /// Below the range from which systems take ports for outgoing connections, or one of those could sit on ours
    /// while PostgreSQL restarts.
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 10_000;
    private static final long LARGE_LOG_BYTES = 10_000_000;

    Path data() {
        return base.resolve("cluster");
    }

    Path log() {
        return base.resolve("postgres.log");
    }

    String password() throws IOException {
        return Files.readString(base.resolve("password"));
    }

    /// The directory PostgreSQL's user must own: the cluster, or, before there is one, its draft.
    Path place() throws IOException {
        if (Files.isDirectory(data())) {
            return data();
        }
        // What an initdb that was killed left behind is worth nothing.
        Trees.delete(draft());
        return Files.createDirectories(
                draft(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /// Creates the cluster unless it is there. It appears by a rename, complete and flushed: a crash during
    /// creation leaves a draft, never half a cluster.
    void create(PostgresBinaries binaries, RunAs runAs) throws IOException {
        if (Files.isDirectory(data())) {
            requireSameVersion(binaries);
            return;
        }
        LOG.info("creating a PostgreSQL cluster in {}", data());
        var password = new byte[24];
        new SecureRandom().nextBytes(password);
        writePrivately(base.resolve("password"), HexFormat.of().formatHex(password));
        // Before the cluster appears: a cluster whose password was lost with the power would lock everybody out.
        flush(base.resolve("password"));
        flush(base);
        var handed = draft().resolveSibling("password.handed");
        writePrivately(handed, password());
        try {
            Trees.give(handed, Files.getOwner(draft()));
            initdb(binaries, runAs, handed);
        } finally {
            Files.delete(handed);
        }
        Files.move(draft(), data(), StandardCopyOption.ATOMIC_MOVE);
        flush(base);
    }

    /// A port that nobody uses; the one of the last run if it is still free.
    int freePort() throws IOException {
        var file = base.resolve("port");
        var first = Files.exists(file)
                ? Integer.parseInt(Files.readString(file).strip())
                : FIRST_PORT + Math.floorMod(base.hashCode(), PORTS);
        for (int tried = 0; tried < PORTS; tried++) {
            var port = FIRST_PORT + Math.floorMod(first - FIRST_PORT + tried, PORTS);
            if (isFree(port)) {
                Files.writeString(file, port + "\n");
                return port;
            }
        }
        throw new PostgresException("no free port between " + FIRST_PORT + " and " + (FIRST_PORT + PORTS));
    }

    /// Puts a log that has grown aside, so that there are never more than two of about this size per start.
    void turnLog() throws IOException {
        if (Files.exists(log()) && Files.size(log()) > LARGE_LOG_BYTES) {
            Files.move(log(), base.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// The last lines of PostgreSQL's own log, for an error message.
    String lastWords() throws IOException {
        if (!Files.exists(log())) {
            return "(no log)";
        }
        var lines = Files.readAllLines(log());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    }

    private Path draft() {
        return base.resolve("cluster.draft");
    }

    private void requireSameVersion(PostgresBinaries binaries) throws IOException {
        var version = Files.readString(data().resolve("PG_VERSION")).strip();
        if (!version.equals(binaries.major())) {
            throw new PostgresException(data() + " was written by PostgreSQL " + version
                    + " and this release brings PostgreSQL " + binaries.major()
                    + "; dump it with the old release and load it with this one (nothing was changed)");
        }
    }

    /// UTF-8 and the built-in C.UTF-8 collation: text sorts by code point, the same on every machine and after
    /// every upgrade of its C library, so an index never silently goes wrong. Checksums tell a bad disk from a bug.
    private void initdb(PostgresBinaries binaries, RunAs runAs, Path passwordFile) throws IOException {
        var command = runAs.command(
                binaries.program("initdb"),
                List.of(
                        "--pgdata=" + draft(),
                        "--username=" + USER,
                        "--pwfile=" + passwordFile,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--data-checksums",
                        "--no-instructions"));
        var process = new ProcessBuilder(command)
                .directory(binaries.home().toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes());
        if (Processes.exitOf(process) != 0) {
            throw new PostgresException("initdb could not create " + data() + " (" + runAs.how() + "): " + said);
        }
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private static void flush(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
