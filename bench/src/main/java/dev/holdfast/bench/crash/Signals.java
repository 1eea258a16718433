package dev.holdfast.bench.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Signals to processes of our own. The shell's `kill` is everywhere, the program of that name is not.
final class Signals {

    private Signals() {}

    /// A process that is gone already is passed over.
    ///
    /// @param signal `KILL`, `STOP`, `CONT`
    static void send(String signal, Collection<Long> pids) throws IOException, InterruptedException {
        if (pids.isEmpty()) {
            return;
        }
        var command = new ArrayList<>(List.of("sh", "-c", "kill -" + signal + " \"$@\"", "sh"));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
