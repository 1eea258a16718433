package dev.holdfast.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where the time goes in the other processes of a shop during one round: a flight recording of each, and its
/// methods. Around what [Profile] tells of this process and PostgreSQL.
final class RoleRecordings implements Comparison.Observer {

    private final Path folder;
    private final Map<String, StartedShop> processes;
    private final Comparison.Observer within;

    /// @param within what observes this process meanwhile
    RoleRecordings(Path folder, Map<String, StartedShop> processes, Comparison.Observer within) {
        this.folder = folder;
        this.processes = processes;
        this.within = within;
    }

    @Override
    public Contender.Round watch(Contender contender, int orders) throws Exception {
        Files.createDirectories(folder);
        for (var process : processes.values()) {
            tell(process, "JFR.start", "name=round", "settings=profile");
        }
        var round = within.watch(contender, orders);
        var recordings = new LinkedHashMap<String, Path>();
        for (var process : processes.entrySet()) {
            var file = folder.resolve(process.getKey() + ".jfr").toAbsolutePath();
            tell(process.getValue(), "JFR.stop", "name=round", "filename=" + file);
            recordings.put(process.getKey(), file);
        }
        for (var recording : recordings.entrySet()) {
            Files.writeString(
                    folder.resolve("methods-" + recording.getKey() + ".txt"),
                    MethodProfile.report(recording.getValue(), orders));
        }
        return round;
    }

    /// By the JDK's own tool: the processes run with the same JDK.
    private static void tell(StartedShop process, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        command.add(Long.toString(process.pid()));
        command.addAll(List.of(words));
        var told = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (told.waitFor() != 0) {
            throw new IOException("a flight recording could not be made: " + String.join(" ", command));
        }
    }
}
