package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.HoldfastApplication;
import dev.holdfast.groupcommit.GroupCommitException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/// The server with the PostgreSQL it brings along.
class EmbeddedServerTest {

    @TempDir
    private Path data;

    @Test
    void it_keeps_its_data_between_runs_and_gives_a_second_server_no_access() throws Exception {
        try (var server = start()) {
            execute(server, "CREATE TABLE kept (what text)");
            assertThatThrownBy(this::start).hasRootCauseMessage(refusal(server));
        }
        try (var server = start()) {
            execute(server, "INSERT INTO kept VALUES ('still there')");
        }
    }

    @Test
    void reads_and_lanes_go_on_after_the_database_was_killed() throws Exception {
        try (var server = start()) {
            execute(server, "CREATE TABLE noted (what text)");
            var database = shared(server);
            var lane = server.getBean(Lanes.class).open("notes", database, EmbeddedServerTest::note);
            lane.submit("before");
            killPostmaster(database);
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                try {
                    return lane.submit("after").equals("after");
                } catch (GroupCommitException e) {
                    return false; // refused or unclear while it was away: a fault, not a lie
                }
            });
            await().atMost(Duration.ofSeconds(30)).until(() -> count(database, "before") == 1);
            assertThat(count(database, "after")).isPositive();
        }
    }

    @Test
    void a_lane_frozen_in_a_transaction_loses_its_locks() throws Exception {
        try (var server = start("--holdfast.lanes.idle-in-transaction=100ms")) {
            execute(server, "CREATE TABLE noted (what text)");
            var lanes = LaneConnections.ofLane(
                    shared(server).direct(),
                    server.getBean(HoldfastSettings.class).lanes());
            try (var frozen = lanes.getConnection()) {
                frozen.setAutoCommit(false);
                note(frozen, List.of("never committed"));
                await().until(() -> canLock(shared(server)));
                assertThatThrownBy(frozen::commit).isInstanceOf(SQLException.class);
            }
            assertThat(count(shared(server), "never committed")).isZero();
        }
    }

    private ConfigurableApplicationContext start(String... more) {
        var arguments = new java.util.ArrayList<>(List.of(
                "--server.port=0", "--holdfast.data=" + data, "--holdfast.postgres.settings.shared_buffers=32MB"));
        arguments.addAll(List.of(more));
        return new SpringApplicationBuilder(HoldfastApplication.class).run(arguments.toArray(String[]::new));
    }

    private static String refusal(ConfigurableApplicationContext server) {
        var directory = server.getBean(HoldfastSettings.class).data().resolve("postgres");
        return "another server (pid " + ProcessHandle.current().pid() + " since "
                + ProcessHandle.current().info().startInstant().orElseThrow() + ") is running on " + directory
                + "; stop it first, or give this one a directory of its own with holdfast.data";
    }

    private static ServiceDatabase shared(ConfigurableApplicationContext server) {
        return server.getBean(ServiceDatabases.class).of("platform");
    }

    private static List<String> note(Connection db, List<String> notes) throws SQLException {
        try (var insert = db.prepareStatement("INSERT INTO noted SELECT unnest(?::text[])")) {
            insert.setArray(1, db.createArrayOf("text", notes.toArray()));
            insert.executeUpdate();
        }
        return notes;
    }

    private static void killPostmaster(ServiceDatabase database) throws Exception {
        try (var db = database.direct().getConnection();
                var query = db.prepareStatement("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)");
                var row = query.executeQuery()) {
            row.next();
            ProcessHandle.of(row.getLong(1)).orElseThrow().destroyForcibly();
        }
    }

    private static boolean canLock(ServiceDatabase database) throws SQLException {
        try (var db = database.direct().getConnection();
                var statement = db.createStatement()) {
            statement.execute("SET lock_timeout = '50ms'");
            statement.execute("BEGIN; LOCK TABLE noted IN ACCESS EXCLUSIVE MODE; ROLLBACK");
            return true;
        } catch (SQLException e) {
            if ("55P03".equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private static long count(ServiceDatabase database, String what) throws SQLException {
        try (var db = database.direct().getConnection();
                var query = db.prepareStatement("SELECT count(*) FROM noted WHERE what = ?")) {
            query.setString(1, what);
            try (var row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static void execute(ConfigurableApplicationContext server, String sql) throws SQLException {
        try (var db = shared(server).pool().getConnection();
                var statement = db.createStatement()) {
            statement.execute(sql);
        }
    }
}
