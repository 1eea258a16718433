package dev.holdfast.platform.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// PostgreSQL's main process on a data directory, as `postmaster.pid` names it and the operating system confirms
/// it.
///
/// A pid in a file proves nothing: after a crash it may belong to anybody. A process is PostgreSQL's when it is
/// called `postgres` and works in the data directory, which every process of PostgreSQL does.
///
/// @param port where it listens
/// @param ready whether it says that it accepts connections
record Postmaster(long pid, Path cluster, int port, boolean ready) {

    private static final Path PROC = Path.of("/proc");
    private static final Duration KILL = Duration.ofSeconds(10);

    /// The living postmaster of this directory, whoever started it.
    static Optional<Postmaster> on(Path cluster) throws IOException {
        var file = cluster.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        // Lines: pid, directory, start time, port, socket directory, listen address, shared memory, status. A
        // starting postmaster writes them one after the other.
        var lines = Files.readAllLines(file).stream().map(String::strip).toList();
        if (lines.size() < 4 || !isNumber(lines.get(0)) || !isNumber(lines.get(3))) {
            return Optional.empty();
        }
        var pid = Long.parseLong(lines.get(0));
        var ready = lines.size() >= 8 && lines.get(7).equals("ready");
        return belongs(pid, cluster)
                ? Optional.of(new Postmaster(pid, cluster, Integer.parseInt(lines.get(3)), ready))
                : Optional.empty();
    }

    boolean alive() {
        return belongs(pid, cluster);
    }

    /// Whether it was started with exactly these arguments; if not, a restart brings in what changed (a release, a
    /// setting).
    boolean runs(List<String> programAndArguments) {
        try {
            var line = Files.readString(PROC.resolve(pid + "/cmdline"));
            return line.equals(String.join("\0", programAndArguments) + "\0");
        } catch (IOException e) {
            return false;
        }
    }

    /// Clears away what a postmaster that is gone left behind. To be called when none lives ([#on] is empty) and
    /// with the directory locked.
    ///
    /// Backends that outlived it are killed: they would end by themselves, but not before their current statement,
    /// and a new postmaster rightly refuses to start beside them. A kill is safe, the next start recovers from the
    /// log as after any crash. Then its pid file goes, because PostgreSQL takes it for a living postmaster's as
    /// long as any process has that number: the dead one itself while nobody has reaped it, or, in a container, a
    /// newcomer.
    ///
    /// @return how many processes were killed
    static int clearLeftovers(Path cluster) throws IOException {
        if (!Files.isDirectory(PROC)) {
            return 0; // PostgreSQL's own check then refuses until they are gone, and the caller tries again
        }
        var orphans = processesOn(cluster);
        orphans.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        var deadline = System.nanoTime() + KILL.toNanos();
        while (!processesOn(cluster).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new PostgresException("processes of a former PostgreSQL on " + cluster + " cannot be killed: "
                        + processesOn(cluster) + "; their disk may be stuck");
            }
            Thread.onSpinWait();
        }
        Files.deleteIfExists(cluster.resolve("postmaster.pid"));
        return orphans.size();
    }

    private static List<Long> processesOn(Path cluster) throws IOException {
        try (Stream<Path> processes = Files.list(PROC)) {
            return processes
                    .map(process -> process.getFileName().toString())
                    .filter(Postmaster::isNumber)
                    .map(Long::parseLong)
                    .filter(pid -> belongs(pid, cluster))
                    .toList();
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean belongs(long pid, Path cluster) {
        var process = PROC.resolve(Long.toString(pid));
        try {
            if (Files.isDirectory(PROC)) {
                return Files.readString(process.resolve("comm")).strip().equals("postgres")
                        && Files.readSymbolicLink(process.resolve("cwd")).equals(cluster.toRealPath());
            }
            return ProcessHandle.of(pid)
                    .flatMap(handle -> handle.info().command())
                    .filter(command -> command.endsWith("/postgres"))
                    .isPresent();
        } catch (IOException e) {
            return false; // gone meanwhile, a zombie, or somebody else's
        }
    }
}
