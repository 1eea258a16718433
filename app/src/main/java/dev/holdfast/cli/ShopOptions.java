package dev.holdfast.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Where a shop of our own listens and keeps its data.
final class ShopOptions {

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "Listen on this port of 127.0.0.1; 0 takes any free one. Default: ${DEFAULT-VALUE}.")
    int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep the database here. serve and audit: default ~/.local/share/holdfast ($XDG_DATA_HOME is"
                    + " honoured); demo and replay: default a fresh folder that is removed at the end.")
    Path data;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /// Where a shop keeps what must survive it.
    Path durable() {
        if (data != null) {
            return data;
        }
        var home = System.getenv("XDG_DATA_HOME");
        var base = home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home"), ".local", "share")
                : Path.of(home);
        return base.resolve("holdfast");
    }

    /// The folder asked for, or a fresh one that goes with the program.
    Path temporary() throws IOException {
        if (data != null) {
            return data;
        }
        return Files.createTempDirectory("holdfast-");
    }

    boolean isTemporary() {
        return data == null;
    }

    /// Refuses what cannot be a port, before anything is started or made.
    void check() {
        if (port < 0 || port > 65_535) {
            throw new ParameterException(command.commandLine(), "--port must be 0 to 65535, not " + port);
        }
    }

    /// @param more Spring properties as arguments
    /// @throws IOException when somebody else listens on the port or the folder is none to write to, found out
    ///     before a database is started in vain
    Shop open(Path folder, List<String> more) throws IOException {
        requireFreePort();
        requireWritable(folder);
        var properties = new ArrayList<String>();
        properties.add("--server.port=" + port);
        properties.add("--holdfast.data=" + folder.toAbsolutePath());
        properties.addAll(more);
        return Shop.open(properties);
    }

    private static void requireWritable(Path folder) throws IOException {
        var flaw = flawOf(folder);
        if (flaw != null) {
            throw new IOException("cannot keep a shop in " + folder.toAbsolutePath() + ": " + flaw
                    + "; name a folder that you may write to with --data");
        }
    }

    private static String flawOf(Path folder) {
        try {
            Files.createDirectories(folder);
            return Files.isWritable(folder) ? null : "it must not be written to";
        } catch (FileAlreadyExistsException e) {
            return "it is, or lies below, a file";
        } catch (AccessDeniedException e) {
            return "it must not be made in " + folder.toAbsolutePath().getParent();
        } catch (IOException e) {
            return "it cannot be made (" + e.getMessage() + ")";
        }
    }

    private void requireFreePort() throws IOException {
        try (var probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress("127.0.0.1", port));
        } catch (BindException e) {
            throw new IOException(
                    "cannot listen on port " + port + " of 127.0.0.1 (" + e.getMessage()
                            + "); name another with --port, 0 takes any free one",
                    e);
        }
    }
}
