package dev.holdfast.platform.postgres;

import java.nio.file.Path;
import java.util.Map;

/// A server of its own process that keeps a PostgreSQL, to be killed: prints `pid url`, then waits for the end of
/// its input.
final class Keeper {

    private Keeper() {}

    public static void main(String[] arguments) throws Exception {
        try (var postgres = SupervisedPostgres.open(Path.of(arguments[0]), Map.of("shared_buffers", "32MB"))) {
            System.out.println(postgres.pid() + " " + postgres.url());
            System.in.readAllBytes();
        }
    }
}
