package dev.holdfast.platform.postgres;

/// Waiting for a process.
final class Processes {

    private Processes() {}

    static int exitOf(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new PostgresException("interrupted while waiting for " + process.info(), e);
        }
    }
}
