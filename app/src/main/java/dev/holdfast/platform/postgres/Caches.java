package dev.holdfast.platform.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/// Where things live that can be made again: `$XDG_CACHE_HOME/holdfast`, `~/.cache/holdfast`, or, for a user
/// without a writable home, a directory of that user's in the temporary one.
final class Caches {

    private Caches() {}

    static Path directory() throws IOException {
        var home = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(path -> !path.isBlank())
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
        try {
            return Files.createDirectories(home.resolve("holdfast"));
        } catch (IOException e) {
            return temporary();
        }
    }

    /// Programs are executed from here, so a directory that somebody else made ready in the shared one is refused.
    private static Path temporary() throws IOException {
        var user = new com.sun.security.auth.module.UnixSystem();
        var directory = Path.of(System.getProperty("java.io.tmpdir"), "holdfast-" + user.getUid());
        Files.createDirectories(directory);
        var mine = ((Number) Files.getAttribute(directory, "unix:uid")).longValue() == user.getUid();
        var permissions = Files.getPosixFilePermissions(directory);
        if (!mine
                || permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new PostgresException(directory + " can be written by other users; remove it, or set XDG_CACHE_HOME");
        }
        return directory;
    }
}
