package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What the commands say, and the exit code, when they are asked for what cannot be.
class CommandLineTest {

    @TempDir
    private Path folder;

    static Stream<Arguments> notUnderstood() {
        return Stream.of(
                not("which command?"),
                not("Unmatched argument", "sell"),
                not("Missing required parameter: 'FILE[.gz]'", "replay"),
                not("Unknown option: '--loud'", "serve", "--loud"),
                not("--port must be 0 to 65535, not 70000", "serve", "--port", "70000"),
                not("--roles must name services", "serve", "--roles="),
                not("--set must be NAME=VALUE, not 'holdfast.saga.keep'", "serve", "--set", "holdfast.saga.keep"),
                not("--set must be NAME=VALUE, not '=1'", "serve", "--set", "=1"),
                not("--port must be 0 to 65535, not -1", "demo", "--port", "-1"),
                not("Invalid value for option '--port'", "audit", "--port", "http"),
                not("--clients must be 1 to 10,000, not 0", "replay", "FILE", "--clients", "0"),
                not("--stock-share must be between 0 and 1000, not NaN", "replay", "FILE", "--stock-share", "NaN"),
                not("--speed must be 0 (as fast as possible) or more", "demo", "--speed", "-1"),
                not("--limit must be 0 (all) or more, not -5", "demo", "--limit", "-5"),
                not("--declines must be between 0 and 1, not 2.0", "demo", "--declines", "2"),
                not("--url must be the address of a shop", "audit", "--url", "localhost:8080"),
                not("--url must be the address of a shop", "replay", "FILE", "--url", "ftp://localhost"),
                not("--data is of a shop of our own", "replay", "FILE", "--url", "http://localhost", "--data", "d"),
                not("--declines is of a shop", "replay", "FILE", "--url", "http://localhost", "--declines", "0.1"));
    }

    private static Arguments not(String sentence, String... arguments) {
        return Arguments.of(sentence, arguments);
    }

    @ParameterizedTest
    @MethodSource("notUnderstood")
    void what_is_not_understood_is_said_with_exit_code_2(String sentence, String... arguments) throws IOException {
        var file = Files.createFile(folder.resolve("orders.csv")).toString();
        var said = run(2, Arrays.stream(arguments).map(one -> one.equals("FILE") ? file : one));
        assertThat(said).contains(sentence);
    }

    @Test
    void a_file_that_is_not_there_is_said_with_exit_code_3() {
        assertThat(run(3, "replay", folder.resolve("none.csv").toString()))
                .contains("none.csv is not a file that can be read");
        assertThat(run(3, "replay", folder.toString())).contains("is not a file that can be read");
    }

    @Test
    void a_folder_that_cannot_be_made_is_said_with_exit_code_3() throws Exception {
        var file = Files.createFile(folder.resolve("file"));
        var below = file.resolve("shop").toString();
        for (var command : new String[] {"serve", "demo"}) {
            assertThat(run(3, command, "--port", "0", "--data", file.toString()))
                    .contains("holdfast: cannot keep a shop in " + file, "it is, or lies below, a file", "--data")
                    .doesNotContain("Exception");
            assertThat(run(3, command, "--port", "0", "--data", below))
                    .contains("holdfast: cannot keep a shop in " + below, "--data")
                    .doesNotContain("Exception");
        }
    }

    @Test
    void a_port_that_is_taken_is_said_with_exit_code_3() throws Exception {
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress("127.0.0.1", 0));
            var port = Integer.toString(taken.getLocalPort());
            assertThat(run(3, "serve", "--port", port, "--data", folder.toString()))
                    .contains("cannot listen on port " + port);
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void a_shop_that_is_not_there_is_said_with_exit_code_3() throws Exception {
        assertThat(run(3, "audit", "--data", folder.toString())).contains("there is no shop in " + folder);
        var nobody = "http://127.0.0.1:" + freePort();
        assertThat(run(3, "audit", "--url", nobody)).contains("nobody answers at " + nobody);
        var file = Files.createFile(folder.resolve("orders.csv")).toString();
        assertThat(run(3, "replay", file, "--url", nobody)).contains("nobody answers at " + nobody);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            200 | <html>hello</html> | is no shop: asked for the audit it says 200
            200 | {"status":"UP"} | is no shop: asked for the audit it says 200
            200 | ~~ | is no shop: asked for the audit it says 200
            404 | {"error":"nothing"} | is no shop: asked for the audit it says 404
            404 | {"type":"https://holdfast.dev/problems/not-found","detail":"nothing"} | none with the role checkout
            503 | {"type":"https://holdfast.dev/problems/x","detail":"the database is away"} | 503: the database is away
            """)
    void what_is_no_report_is_said_and_not_printed(int status, String body, String sentence) {
        assertThatThrownBy(() -> AuditReport.read(URI.create("http://localhost:1"), status, body))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(sentence)
                .hasMessageNotContainingAny("{", "<", "Unexpected");
    }

    private static String run(int exitCode, String... arguments) {
        return run(exitCode, Stream.of(arguments));
    }

    /// @return what was said on the error stream
    private static String run(int exitCode, Stream<String> arguments) {
        var said = new StringWriter();
        var line = Holdfast.commandLine().setErr(new PrintWriter(said, true)).setOut(new PrintWriter(said, true));
        assertThat(line.execute(arguments.toArray(String[]::new)))
                .as(said::toString)
                .isEqualTo(exitCode);
        return said.toString();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
