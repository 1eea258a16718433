package dev.holdfast.platform.postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Puts a command into a session of its own: Ctrl-C in the terminal goes to every process of the foreground group,
/// and PostgreSQL would shut down under a server that is still draining.
final class Sessions {

    private static final List<Path> SETSID = List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

    private Sessions() {}

    static List<String> own(List<String> command) {
        return SETSID.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .map(setsid -> {
                    var whole = new ArrayList<>(List.of(setsid.toString()));
                    whole.addAll(command);
                    return List.copyOf(whole);
                })
                .orElse(command);
    }
}
