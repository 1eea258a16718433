package dev.holdfast.platform.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL on a durable directory that is there as long as this object is open: started or adopted, watched,
/// restarted when it dies, shut down in order.
///
/// What happens when …
/// * PostgreSQL is killed: the watcher ends its orphaned backends and starts it again on the same port; pools and
///   lanes reconnect, and PostgreSQL recovers from its log.
/// * this process is killed: PostgreSQL lives on, in a session of its own. The next server finds it through
///   `postmaster.pid` and adopts it, or restarts it when its command line is not the one this release would use.
/// * a second server is started on the directory: it is refused ([DirectoryLock]), so there is never a second
///   PostgreSQL.
/// * the machine dies: see [PostgresTuning], nothing acknowledged is lost.
public final class SupervisedPostgres implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SupervisedPostgres.class);

    /// Recovery after a crash replays at most `max_wal_size`: seconds. Past this something is wrong.
    private static final Duration START = Duration.ofMinutes(5);

    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration WATCH = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final String DATABASE = "holdfast";

    private final Cluster cluster;
    private final DirectoryLock lock;
    private final PostgresBinaries binaries;
    private final RunAs runAs;
    private final int port;
    private final List<String> command;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ReentrantLock changing = new ReentrantLock();
    private volatile Postmaster postmaster;

    private SupervisedPostgres(Cluster cluster, DirectoryLock lock, Map<String, String> settings) throws IOException {
        this.cluster = cluster;
        this.lock = lock;
        this.binaries = PostgresBinaries.in(Caches.directory());
        this.runAs = RunAs.find(binaries, cluster.place());
        cluster.create(binaries, runAs);
        var running = Postmaster.on(cluster.data());
        this.port = running.isPresent() ? running.get().port() : cluster.freePort();
        this.command = new ArrayList<>(List.of(
                binaries.program("postgres").toString(), "-D", cluster.data().toString()));
        this.command.addAll(PostgresTuning.arguments(port, settings));
    }

    /// Starts PostgreSQL on `directory`, or adopts the one that runs there, and returns when it accepts
    /// connections.
    ///
    /// @param settings PostgreSQL settings over the built-in ones
    /// @throws PostgresException when it cannot, with what to do
    public static SupervisedPostgres open(Path directory, Map<String, String> settings) {
        try {
            var base = Files.createDirectories(directory.toAbsolutePath()).toRealPath();
            var lock = DirectoryLock.take(base);
            try {
                var postgres = new SupervisedPostgres(new Cluster(base), lock, settings);
                postgres.startOrAdopt();
                postgres.watch();
                return postgres;
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new PostgresException("cannot start PostgreSQL on " + directory + ": " + e, e);
        }
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
    }

    public String username() {
        return Cluster.USER;
    }

    public String password() {
        try {
            return cluster.password();
        } catch (IOException e) {
            throw new PostgresException("cannot read the database password in " + cluster.base(), e);
        }
    }

    /// The pid of the running postmaster.
    public long pid() {
        return postmaster.pid();
    }

    /// Shuts PostgreSQL down: open transactions are rolled back, everything committed is written.
    @Override
    public void close() {
        closing.countDown();
        changing.lock();
        try (lock) {
            stop();
        } catch (IOException e) {
            LOG.warn("PostgreSQL on {} was not shut down in order; it recovers at the next start", cluster.base(), e);
        } finally {
            changing.unlock();
        }
    }

    private void watch() {
        Thread.ofPlatform().name("postgres-watcher").daemon().start(() -> {
            var pause = Duration.ZERO;
            while (!closed(WATCH)) {
                if (postmaster.alive()) {
                    pause = Duration.ZERO;
                } else if (!closed(pause)) {
                    pause = restart(pause);
                }
            }
        });
    }

    /// @return how long to wait before the next try
    private Duration restart(Duration waited) {
        changing.lock();
        try {
            if (closed(Duration.ZERO)) {
                return waited;
            }
            LOG.error("PostgreSQL (pid {}) on {} died; starting it again", postmaster.pid(), cluster.base());
            startOrAdopt();
            LOG.info("PostgreSQL is back (pid {}, port {})", postmaster.pid(), port);
            return Duration.ZERO;
        } catch (IOException | RuntimeException e) {
            var next = waited.isZero() ? WATCH : waited.multipliedBy(2);
            var pause = next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
            LOG.error("PostgreSQL did not come back; trying again in {} ms", pause.toMillis(), e);
            return pause;
        } finally {
            changing.unlock();
        }
    }

    private void startOrAdopt() throws IOException {
        var running = Postmaster.on(cluster.data());
        if (running.isPresent() && running.get().runs(command)) {
            LOG.info(
                    "adopting the running PostgreSQL (pid {}) on {}",
                    running.get().pid(),
                    cluster.base());
            postmaster = running.get();
            awaitReady(postmaster::alive);
        } else {
            if (running.isPresent()) {
                LOG.info(
                        "restarting PostgreSQL (pid {}): its settings changed",
                        running.get().pid());
                postmaster = running.get();
                stop();
            }
            start();
        }
        Databases.createIfMissing(port, password(), DATABASE);
    }

    private void start() throws IOException {
        var orphans = Postmaster.clearLeftovers(cluster.data());
        if (orphans > 0) {
            LOG.warn("ended {} PostgreSQL processes that had outlived their postmaster", orphans);
        }
        cluster.turnLog();
        var process = new ProcessBuilder(
                        Sessions.own(runAs.command(Path.of(command.getFirst()), command.subList(1, command.size()))))
                .directory(binaries.home().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(cluster.log().toFile()))
                .start();
        awaitReady(process::isAlive);
        LOG.info("PostgreSQL runs on {} (pid {}, port {}, {})", cluster.base(), pid(), port, runAs.how());
    }

    /// After a crash PostgreSQL recovers before it is ready; while it replays what it had logged, nothing can be
    /// asked of it.
    private void awaitReady(BooleanSupplier alive) throws IOException {
        var deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            var started = Postmaster.on(cluster.data());
            if (started.isPresent() && started.get().ready()) {
                postmaster = started.get();
                return;
            }
            if (!alive.getAsBoolean()) {
                throw new PostgresException("PostgreSQL did not start; its log says:\n" + cluster.lastWords());
            }
            if (closed(POLL) && Thread.currentThread().isInterrupted()) {
                throw new PostgresException("interrupted while PostgreSQL was starting");
            }
        }
        throw new PostgresException(
                "PostgreSQL did not get ready within " + START + "; its log says:\n" + cluster.lastWords());
    }

    /// Sends everybody away and waits until all is written; when that takes too long, ends it as a crash would,
    /// from which the next start recovers.
    private void stop() throws IOException {
        for (var mode : List.of("fast", "immediate")) {
            if (postmaster == null || !postmaster.alive()) {
                return;
            }
            var process = new ProcessBuilder(runAs.command(
                            binaries.program("pg_ctl"),
                            List.of("stop", "-D", cluster.data().toString(), "-m", mode, "-w", "-t", "30")))
                    .directory(binaries.home().toFile())
                    .redirectErrorStream(true)
                    .start();
            var said = new String(process.getInputStream().readAllBytes());
            if (Processes.exitOf(process) != 0) {
                LOG.warn("PostgreSQL did not stop ({}): {}", mode, said.strip());
            }
        }
        if (postmaster.alive()) {
            throw new IOException("PostgreSQL (pid " + postmaster.pid() + ") does not stop");
        }
    }

    /// Waits, and tells whether the server is being closed.
    private boolean closed(Duration patience) {
        try {
            return closing.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
