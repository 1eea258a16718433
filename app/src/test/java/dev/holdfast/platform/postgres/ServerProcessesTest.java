package dev.holdfast.platform.postgres;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Servers as processes of their own, killed without warning.
class ServerProcessesTest {

    private static final Map<String, String> SETTINGS = Map.of("shared_buffers", "32MB");

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void the_postgres_of_a_killed_server_is_adopted_and_not_doubled() throws Exception {
        var server = keeper(List.of());
        var postgres = firstLine(server).split(" ");
        kill(server);
        assertThat(ProcessHandle.of(Long.parseLong(postgres[0])))
                .as("it lives on")
                .isPresent();
        try (var next = SupervisedPostgres.open(directory, SETTINGS)) {
            assertThat(next.pid()).isEqualTo(Long.parseLong(postgres[0]));
            assertThat(next.url()).isEqualTo(postgres[1]);
        }
        assertThat(Postmaster.on(directory.resolve("cluster"))).isEmpty();
    }

    @Test
    void an_adopted_postgres_is_watched_like_any_other() throws Exception {
        var server = keeper(List.of());
        firstLine(server);
        kill(server);
        try (var next = SupervisedPostgres.open(directory, SETTINGS)) {
            var killed = next.pid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            org.awaitility.Awaitility.await().until(() -> next.pid() != killed);
            connect(next);
        }
    }

    @Test
    void a_leftover_postgres_with_other_settings_is_restarted_on_its_port() throws Exception {
        var server = keeper(List.of());
        var postgres = firstLine(server).split(" ");
        kill(server);
        try (var next = SupervisedPostgres.open(directory, Map.of("shared_buffers", "48MB"))) {
            assertThat(next.pid()).isNotEqualTo(Long.parseLong(postgres[0]));
            assertThat(next.url()).isEqualTo(postgres[1]);
            connect(next);
        }
    }

    @Test
    void a_server_and_its_postgres_killed_together_start_again() throws Exception {
        var server = keeper(List.of());
        var postgres = firstLine(server).split(" ");
        kill(server);
        var pid = ProcessHandle.of(Long.parseLong(postgres[0])).orElseThrow();
        pid.destroyForcibly();
        try (var next = SupervisedPostgres.open(directory, SETTINGS)) {
            connect(next);
        }
    }

    @Test
    void a_server_of_another_process_is_not_joined() throws Exception {
        var server = keeper(List.of());
        firstLine(server);
        assertThatThrownBy(() -> SupervisedPostgres.open(directory, SETTINGS))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("another server (pid " + server.pid());
        server.getOutputStream().close();
        assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        SupervisedPostgres.open(directory, SETTINGS).close();
    }

    @Test
    void a_pid_file_that_names_another_process_is_not_believed() throws Exception {
        try (var first = SupervisedPostgres.open(directory, SETTINGS)) {
            connect(first);
        }
        var cluster = directory.resolve("cluster");
        Files.writeString(
                cluster.resolve("postmaster.pid"),
                ProcessHandle.current().pid() + "\n" + cluster + "\n1\n5432\n\n127.0.0.1\n 1 1\nready\n");
        assertThat(Postmaster.on(cluster)).isEmpty();
        Files.writeString(cluster.resolve("postmaster.pid"), "12");
        assertThat(Postmaster.on(cluster)).isEmpty();
        Files.delete(cluster.resolve("postmaster.pid"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 12345})
    void an_ordinary_user_runs_it_with_or_without_a_name(int user) throws Exception {
        assumeTrue(isRoot(), "only root can become another user");
        open(directory);
        var home = Files.createDirectory(directory.resolve("home"));
        open(home);
        var became = List.of(
                "env", "XDG_CACHE_HOME=" + home, "setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups");
        var server = keeper(became, readableClassPath(directory.resolve("class-path")));
        assertThat(firstLine(server)).contains("jdbc:postgresql://127.0.0.1:");
        server.getOutputStream().close();
        assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void where_namespaces_are_forbidden_root_becomes_nobody() throws Exception {
        assumeTrue(isRoot(), "an ordinary user needs no way down");
        open(directory);
        var binaries = PostgresBinaries.in(directory.resolve("cache"));
        var cluster = Files.createDirectory(directory.resolve("of-nobody"));
        var ways = RunAs.waysDown().stream()
                .filter(way -> way.owner().equals("nobody"))
                .toList();
        for (var way : ways) {
            assertThat(RunAs.first(List.of(way), binaries, cluster).how()).isEqualTo(way.how());
            assertThat(Files.getOwner(cluster)).hasToString("nobody");
        }
        assertThat(ways).isNotEmpty();
    }

    @Test
    void root_takes_the_first_way_down_that_works() throws Exception {
        assumeTrue(isRoot(), "an ordinary user needs no way down");
        var binaries = PostgresBinaries.in(Caches.directory());
        var none = new RunAs.Way("not installed", List.of("/no/such/program"), "root");
        var refused = new RunAs.Way("refused", List.of("false"), "root");
        var namespace = new RunAs.Way("namespace", List.of("unshare", "-U"), "root");
        assertThat(RunAs.first(List.of(none, refused, namespace), binaries, directory)
                        .how())
                .isEqualTo("namespace");
        var stillRoot = new RunAs.Way("still root", List.of("env"), "root");
        assertThatThrownBy(() -> RunAs.first(List.of(none, stillRoot), binaries, directory))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("refuses to run as root")
                .hasMessageContaining("ordinary user")
                .hasMessageContaining("holdfast.datasource.url");
    }

    private Process keeper(List<String> prefix) throws IOException {
        return keeper(prefix, System.getProperty("java.class.path"));
    }

    private Process keeper(List<String> prefix, String classPath) throws IOException {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Keeper.class.getName(),
                directory.toString()));
        var process = new ProcessBuilder(command)
                .redirectError(directory.resolve("keeper.err").toFile())
                .start();
        started.add(process);
        return process;
    }

    private String firstLine(Process process) throws IOException {
        var line = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
        if (line == null) {
            System.out.println(Files.readString(directory.resolve("keeper.err")));
        }
        return line;
    }

    private static void open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    /// A copy of this run's class path that everybody may read; the original often lies in somebody's home.
    private static String readableClassPath(Path into) throws IOException {
        Files.createDirectories(into);
        var copied = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            var source = Path.of(entry);
            if (Files.isRegularFile(source) && !entry.matches(".*(darwin|windows|alpine).*")) {
                copied.add(Files.copy(source, into.resolve(source.getFileName()), REPLACE_EXISTING)
                        .toString());
            } else if (Files.isDirectory(source)) {
                copied.add(entry);
            }
        }
        return String.join(java.io.File.pathSeparator, copied);
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void connect(SupervisedPostgres postgres) throws Exception {
        DriverManager.getConnection(postgres.url(), postgres.username(), postgres.password())
                .close();
    }

    private static boolean isRoot() {
        return new com.sun.security.auth.module.UnixSystem().getUid() == 0;
    }
}
