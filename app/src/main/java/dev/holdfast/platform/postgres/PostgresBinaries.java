package dev.holdfast.platform.postgres;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/// PostgreSQL's programs for this machine, unpacked from the class path once and kept in a cache directory.
///
/// The directory is named after the archive's digest and appears by a rename, whole and flushed: servers that start
/// at once may both unpack, and the later one throws its copy away.
///
/// @param home holds `bin`, `lib` and `share`
record PostgresBinaries(Path home) {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);

    /// Unpacks into `cache` unless that was done before.
    static PostgresBinaries in(Path cache) throws IOException {
        var archive = archive();
        var home = cache.resolve("postgres-" + digest(archive).substring(0, 16));
        if (!Files.isDirectory(home)) {
            Files.createDirectories(cache);
            unpack(archive, cache, home);
        }
        return new PostgresBinaries(home);
    }

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /// The major version, as `PG_VERSION` of a data directory has it: `18`.
    String major() throws IOException {
        var version = new ProcessBuilder(program("postgres").toString(), "--version").redirectErrorStream(true);
        var process = version.start();
        var said = new String(process.getInputStream().readAllBytes()).strip(); // postgres (PostgreSQL) 18.6
        var digits = said.replaceFirst(".*\\) (\\d+).*", "$1");
        if (digits.equals(said)) {
            throw new PostgresException("the unpacked PostgreSQL does not run on this machine; it says: " + said);
        }
        return digits;
    }

    private static byte[] archive() throws IOException {
        var system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "Darwin" : "Linux";
        var machine = ArchUtils.normalize(System.getProperty("os.arch"));
        try (InputStream found = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine)) {
            return found.readAllBytes();
        } catch (IllegalStateException e) {
            throw new PostgresException(
                    "no embedded PostgreSQL for " + system + " on " + machine + " is on the class path; set"
                            + " holdfast.datasource.url to a PostgreSQL of your own",
                    e);
        }
    }

    private static String digest(byte[] archive) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void unpack(byte[] archive, Path cache, Path home) throws IOException {
        LOG.info("unpacking PostgreSQL into {} (once)", home);
        var draft = Files.createTempDirectory(cache, "unpacking-");
        try {
            // The server may run as another user than the one that unpacks.
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
            try (var tar = new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
                for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    write(tar, entry, draft);
                }
            }
            Files.move(draft, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
            // Another server was faster; its copy is as good as ours.
        } finally {
            Trees.delete(draft);
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path root) throws IOException {
        var target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("the archive of PostgreSQL names a file outside of it: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        try (var file = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            tar.transferTo(java.nio.channels.Channels.newOutputStream(file));
            // Before the rename: a machine that loses power must not keep a directory of empty programs.
            file.force(true);
        }
        var executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
