package dev.holdfast.platform.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real processes on real directories.
class SupervisedPostgresTest {

    private static final Map<String, String> SMALL = Map.of("shared_buffers", "32MB", "min_wal_size", "32MB");

    @TempDir
    private Path directory;

    @Test
    void data_is_kept_between_runs_and_the_port_too() throws Exception {
        String url;
        try (var postgres = open()) {
            url = postgres.url();
            run(postgres, "CREATE TABLE kept (what text)", "INSERT INTO kept VALUES ('an order')");
        }
        try (var postgres = open()) {
            assertThat(postgres.url()).isEqualTo(url);
            assertThat(ask(postgres, "SELECT what FROM kept")).isEqualTo("an order");
        }
    }

    @Test
    void a_killed_postmaster_comes_back_with_everything_that_was_committed() throws Exception {
        try (var postgres = open()) {
            run(postgres, "CREATE TABLE kept (what text)", "INSERT INTO kept VALUES ('an order')");
            var killed = postgres.pid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            await().atMost(Duration.ofSeconds(30)).until(() -> postgres.pid() != killed && answers(postgres));
            assertThat(ask(postgres, "SELECT what FROM kept")).isEqualTo("an order");
        }
    }

    @Test
    void a_backend_at_work_does_not_keep_a_killed_postmaster_down() throws Exception {
        try (var postgres = open();
                var busy = connect(postgres)) {
            run(postgres, "CREATE TABLE counted (n int)");
            var backend = Long.parseLong(ask(busy, "SELECT pg_backend_pid()"));
            Thread.ofVirtual().start(() -> {
                try (var statement = busy.createStatement()) {
                    statement.execute("INSERT INTO counted SELECT 1 FROM generate_series(1, 2000000000)");
                } catch (SQLException e) {
                    // ended together with its backend
                }
            });
            await().until(() -> ask(postgres, "SELECT state FROM pg_stat_activity WHERE pid = " + backend)
                    .equals("active"));
            var killed = postgres.pid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            await().atMost(Duration.ofSeconds(30)).until(() -> postgres.pid() != killed && answers(postgres));
            assertThat(ask(postgres, "SELECT count(*) FROM counted")).isEqualTo("0");
        }
    }

    @Test
    void a_second_server_on_the_directory_is_refused() {
        try (var first = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining(
                            "another server (pid " + ProcessHandle.current().pid())
                    .hasMessageContaining("holdfast.data");
            assertThat(answers(first)).isTrue();
        }
        open().close();
    }

    @Test
    void what_makes_a_commit_durable_is_on_and_stays_on() throws Exception {
        try (var postgres = open()) {
            for (var setting : new String[] {"fsync", "full_page_writes", "synchronous_commit", "data_checksums"}) {
                assertThat(ask(postgres, "SHOW " + setting)).as(setting).isEqualTo("on");
            }
            assertThat(ask(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(postgres, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(ask(postgres, "SELECT upper('straße ä')")).isEqualTo("STRASSE Ä".replace("SS", "ß"));
        }
        assertThatThrownBy(() -> SupervisedPostgres.open(directory, Map.of("fsync", "off")))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("fsync");
    }

    @Test
    void nobody_gets_in_without_the_password_which_only_the_owner_can_read() throws Exception {
        try (var postgres = open()) {
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.url(), postgres.username(), "wrong")
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(Files.getPosixFilePermissions(directory.resolve("password")))
                    .hasToString("[OWNER_READ, OWNER_WRITE]");
        }
    }

    private SupervisedPostgres open() {
        return SupervisedPostgres.open(directory, SMALL);
    }

    private static Connection connect(SupervisedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.url(), postgres.username(), postgres.password());
    }

    private static void run(SupervisedPostgres postgres, String... statements) throws SQLException {
        try (var db = connect(postgres);
                var statement = db.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static boolean answers(SupervisedPostgres postgres) {
        try {
            return ask(postgres, "SELECT 1").equals("1");
        } catch (SQLException e) {
            return false;
        }
    }

    private static String ask(SupervisedPostgres postgres, String query) throws SQLException {
        try (var db = connect(postgres)) {
            return ask(db, query);
        }
    }

    private static String ask(Connection db, String query) throws SQLException {
        try (var statement = db.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
