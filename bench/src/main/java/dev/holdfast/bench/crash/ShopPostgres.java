package dev.holdfast.bench.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/// The embedded PostgreSQL of a shop that runs as a process of its own, seen from outside: its processes, to be
/// killed, and its tables, to be read.
final class ShopPostgres {

    private static final String PASSWORD_FILE = "password";
    private static final int PID_LINE = 0;
    private static final int PORT_LINE = 3;

    /// A recovery takes seconds; a minute without an answer is a database that does not come back.
    private static final Duration UNTIL_IT_ANSWERS = Duration.ofSeconds(60);

    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final Path folder;

    /// @param folder the shop's data
    ShopPostgres(Path folder) {
        this.folder = folder.resolve("postgres");
    }

    /// The process id of the postmaster.
    ///
    /// @throws IOException when there is none, or it is just starting
    long postmaster() throws IOException {
        return Long.parseLong(pidFile(PID_LINE));
    }

    /// Whether a PostgreSQL runs that nobody else supervises any more.
    boolean alive() {
        try {
            return ProcessHandle.of(postmaster())
                    .flatMap(process -> process.info().command())
                    .filter(command -> command.endsWith("/postgres"))
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    /// The postmaster and its backends. Held still while they are counted, the postmaster cannot start another.
    List<Long> heldGroup() throws IOException, InterruptedException {
        var postmaster = postmaster();
        Signals.send("STOP", List.of(postmaster));
        var group = new ArrayList<>(List.of(postmaster));
        ProcessHandle.of(postmaster).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid)
                .forEach(group::add);
        return group;
    }

    /// kill -9 of all its processes at once.
    ///
    /// @return how many
    int killGroup() throws IOException, InterruptedException {
        var group = heldGroup();
        Signals.send("KILL", group);
        return group.size();
    }

    /// A connection to it, for which it may take a while: it may just have been killed, and be recovering.
    ///
    /// @throws IOException when it does not answer within a minute
    Connection connect() throws IOException, InterruptedException {
        var giveUp = System.nanoTime() + UNTIL_IT_ANSWERS.toNanos();
        while (true) {
            try {
                return connectNow();
            } catch (SQLException | IOException e) {
                if (System.nanoTime() > giveUp) {
                    throw new IOException(
                            "PostgreSQL on " + folder + " does not answer within " + UNTIL_IT_ANSWERS + ": " + e, e);
                }
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /// Returns once it answers.
    ///
    /// @throws IOException when it does not within a minute
    void awaitAnswer() throws IOException, SQLException, InterruptedException {
        connect().close();
    }

    /// Only if it answers now.
    Connection connectNow() throws SQLException, IOException {
        var source = new PGSimpleDataSource();
        source.setURL("jdbc:postgresql://127.0.0.1:" + pidFile(PORT_LINE) + "/holdfast");
        source.setUser("holdfast");
        source.setPassword(Files.readString(folder.resolve(PASSWORD_FILE)));
        source.setApplicationName("bench crash");
        source.setSocketTimeout(60);
        source.setConnectTimeout(5);
        return source.getConnection();
    }

    private String pidFile(int line) throws IOException {
        var lines = Files.readAllLines(folder.resolve("cluster").resolve("postmaster.pid"));
        if (lines.size() <= line) {
            throw new IOException("PostgreSQL on " + folder + " is just starting");
        }
        return lines.get(line).strip();
    }
}
