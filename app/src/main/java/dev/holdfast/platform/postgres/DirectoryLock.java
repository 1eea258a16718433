package dev.holdfast.platform.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/// One server per data directory. The lock is the operating system's, so a server that is killed leaves none; the
/// file `owner` beside it is for people, and for a second start inside the same process.
///
/// The two are separate files because POSIX drops a process's lock when the process closes *any* descriptor of the
/// file: looking into the lock file from the process that holds it would unlock it.
final class DirectoryLock implements AutoCloseable {

    private final FileChannel channel;
    private final Path owner;

    private DirectoryLock(FileChannel channel, Path owner) {
        this.channel = channel;
        this.owner = owner;
    }

    /// @throws PostgresException when another server has the directory
    static DirectoryLock take(Path directory) throws IOException {
        var owner = directory.resolve("owner");
        if (Files.exists(owner) && Files.readString(owner).equals(self())) {
            throw refused(directory, owner);
        }
        var channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw refused(directory, owner);
        }
        Files.writeString(owner, self());
        return new DirectoryLock(channel, owner);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(owner);
        channel.close();
    }

    private static PostgresException refused(Path directory, Path owner) throws IOException {
        var who = Files.exists(owner) ? Files.readString(owner).strip() : "another process";
        return new PostgresException("another server (" + who + ") is running on " + directory
                + "; stop it first, or give this one a directory of its own with holdfast.data");
    }

    /// A pid alone would be mistaken for its successor's: in a container every server has the same one.
    private static String self() {
        var process = ProcessHandle.current();
        return "pid " + process.pid() + " since "
                + process.info().startInstant().orElse(Instant.EPOCH);
    }
}
