package dev.holdfast.cli;

import dev.holdfast.HoldfastApplication;
import dev.holdfast.platform.ServiceDatabases;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/// A shop running in this process: all services, the engine and the door, on the database in a folder.
final class Shop implements AutoCloseable {

    /// For commands whose own lines are what people read: only warnings of the services stand between them.
    static final List<String> QUIETLY = List.of("--logging.level.root=warn");

    private static final String LOG_WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

    /// A start that fails is told once, by the command, and not as the framework's stack traces too.
    private static final String[] FAILURES_ARE_TOLD_ONCE = {
        "logging.level.org.springframework.boot.SpringApplication=off",
        "logging.level.org.springframework.boot.diagnostics=off",
        "logging.level.org.springframework.boot.autoconfigure.logging=off",
        "logging.level.org.springframework.boot.web.server.servlet.context=error",
        "logging.level.org.springframework.boot.tomcat=error",
    };

    private final ConfigurableApplicationContext context;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<Runnable> before = new AtomicReference<>(() -> {});
    private volatile boolean broken;

    private Shop(ConfigurableApplicationContext context) {
        this.context = context;
        context.addApplicationListener(new Closing());
        context.addApplicationListener(new Breaking());
    }

    /// @param properties Spring properties as arguments, `--server.port=8080`
    static Shop open(List<String> properties) {
        return new Shop(new SpringApplicationBuilder(HoldfastApplication.class)
                .properties(FAILURES_ARE_TOLD_ONCE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .run(properties.toArray(String[]::new)));
    }

    URI address() {
        var port = ((WebServerApplicationContext) context).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port);
    }

    /// What is done first when the shop is told to stop, while it still serves.
    void beforeItCloses(Runnable action) {
        before.set(action);
    }

    boolean isClosing() {
        return closed.getCount() == 0;
    }

    /// How far the database's write-ahead log has come, in bytes since the database was made.
    long logBytes() throws SQLException {
        try (var db = context.getBean(ServiceDatabases.class)
                        .of("orders")
                        .pool()
                        .getConnection();
                var statement = db.createStatement();
                var result = statement.executeQuery(LOG_WRITTEN)) {
            result.next();
            return result.getLong(1);
        }
    }

    /// Waits until the shop is told to stop (Ctrl-C, SIGTERM), or can do nothing any more.
    ///
    /// @return `false` when it must be started again: its node was fenced off
    boolean awaitEnd() throws InterruptedException {
        closed.await();
        return !broken;
    }

    @Override
    public void close() {
        context.close();
    }

    /// Removes a temporary shop's folder when the program ends, by Ctrl-C too: the shop is closed first, and nobody
    /// waits for the main thread then.
    static void removeAtExit(Path folder) {
        SpringApplication.getShutdownHandlers().add(() -> {
            try {
                remove(folder);
            } catch (IOException e) {
                System.err.println("holdfast: " + folder + " could not be removed: " + e);
            }
        });
    }

    /// The context tells its listeners of its end before it ends anything, and waits for them.
    private final class Closing implements ApplicationListener<ContextClosedEvent>, Ordered {

        @Override
        public void onApplicationEvent(ContextClosedEvent event) {
            closed.countDown();
            before.get().run();
        }

        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE;
        }
    }

    /// Its node was fenced off, and would refuse every checkout for ever.
    private final class Breaking implements ApplicationListener<AvailabilityChangeEvent<LivenessState>> {

        @Override
        public void onApplicationEvent(AvailabilityChangeEvent<LivenessState> event) {
            if (event.getState() == LivenessState.BROKEN) {
                broken = true;
                closed.countDown();
            }
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
