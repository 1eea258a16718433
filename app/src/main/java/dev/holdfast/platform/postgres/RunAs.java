package dev.holdfast.platform.postgres;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// How PostgreSQL's programs are started, which refuse to run as root.
///
/// An ordinary user starts them as they are. Root has several ways down, and none works everywhere: a user
/// namespace (`unshare -U`; needs no other user and reaches every file root owns, but many containers forbid it),
/// then the user `nobody` through whichever program is there. Each is tried for real, on the directory and the
/// binaries it is for.
///
/// @param how for the log and for people
/// @param prefix goes before the command
record RunAs(String how, List<String> prefix) {

    /// Succeeds when it runs as a named user other than root who may execute the server and write to the directory.
    private static final String PROBE = "[ \"$(id -u)\" != 0 ] && id -un && [ -x \"$1\" ] && [ -w \"$2\" ]";

    /// @param owner whose the directory must be; null leaves it as it is
    record Way(String how, List<String> prefix, String owner) {}

    /// @param directory will be PostgreSQL's; it is given to the user found
    /// @throws PostgresException when no way works
    static RunAs find(PostgresBinaries binaries, Path directory) throws IOException {
        return first(isRoot() ? waysDown() : ordinaryWays(), binaries, directory);
    }

    /// The first way that works.
    static RunAs first(List<Way> ways, PostgresBinaries binaries, Path directory) throws IOException {
        var tried = new ArrayList<String>();
        for (var way : ways) {
            if (way.owner() != null) {
                Trees.give(directory, user(way.owner()));
            }
            if (works(way, binaries.program("postgres"), directory)) {
                return new RunAs(way.how(), way.prefix());
            }
            tried.add(way.how());
        }
        throw new PostgresException("PostgreSQL refuses to run as root or as a user without a name, and none of these"
                + " leads to a user who can write " + directory + " and execute " + binaries.home() + ": " + tried
                + ". Start the server as an ordinary user, or put both where the user 'nobody' can reach them"
                + " (holdfast.data, XDG_CACHE_HOME), or set holdfast.datasource.url to a PostgreSQL of your own.");
    }

    List<String> command(Path program, List<String> arguments) {
        var command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(arguments);
        return command;
    }

    private static boolean isRoot() {
        return new com.sun.security.auth.module.UnixSystem().getUid() == 0;
    }

    private static UserPrincipal user(String name) throws IOException {
        return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name);
    }

    private static List<Way> ordinaryWays() {
        return List.of(
                new Way("as the user of this process", List.of(), null),
                new Way("in a user namespace of its own", List.of("unshare", "-U"), null));
    }

    /// In the order of preference, whether they work here or not.
    static List<Way> waysDown() throws IOException {
        var nobody = Files.readAllLines(Path.of("/etc/passwd")).stream()
                .filter(line -> line.startsWith("nobody:"))
                .map(line -> line.split(":"))
                .findFirst();
        var ways = new ArrayList<Way>();
        ways.add(new Way("in a user namespace of its own", List.of("unshare", "-U"), "root"));
        nobody.ifPresent(user -> {
            var ids = List.of("setpriv", "--reuid=" + user[2], "--regid=" + user[3], "--clear-groups");
            ways.add(new Way("as user nobody (setpriv)", ids, "nobody"));
            ways.add(new Way("as user nobody (runuser)", List.of("runuser", "-u", "nobody", "--"), "nobody"));
            ways.add(new Way(
                    "as user nobody (su)",
                    List.of("su", "nobody", "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", "--"),
                    "nobody"));
        });
        return ways;
    }

    private static boolean works(Way way, Path program, Path directory) throws IOException {
        var probe = new RunAs(way.how(), way.prefix())
                .command(Path.of("/bin/sh"), List.of("-c", PROBE, "sh", program.toString(), directory.toString()));
        try {
            var process = new ProcessBuilder(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(10, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (IOException e) {
            return false; // the program is not installed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresException("interrupted while starting PostgreSQL", e);
        }
    }
}
