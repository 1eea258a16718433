package dev.holdfast.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/// What a run took of this machine: memory of this process, and disk.
final class Footprint {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long MEGABYTE = 1_000_000;

    private Footprint() {}

    /// The heap's pools peak at different times, so their sum is an upper bound.
    static void printMemory(PrintStream out) {
        var heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(peak -> peak.getUsed())
                .sum();
        var limit = Runtime.getRuntime().maxMemory();
        out.printf("memory: heap at most %,d MB of %,d MB", Math.min(heap, limit) / MEGABYTE, limit / MEGABYTE);
        peakResident().ifPresent(bytes -> out.printf(", process at most %,d MB", bytes / MEGABYTE));
        out.println(", the database's processes not counted");
    }

    /// @param walBytes written by the database during the run
    static void printDisk(PrintStream out, Path folder, long walBytes) throws IOException {
        out.printf("disk: %,d MB of data, %,d MB of log written%n", sizeOf(folder) / MEGABYTE, walBytes / MEGABYTE);
    }

    /// The high-water mark of the resident set, where the system tells it (Linux).
    private static OptionalLong peakResident() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty(); // another system
        }
    }

    private static long sizeOf(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.mapToLong(Footprint::sizeOfFile).sum();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// A database's files come and go while it runs.
    private static long sizeOfFile(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
