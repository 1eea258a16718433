package dev.holdfast.bench;

import dev.holdfast.HoldfastApplication;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a run ran on, so that figures of two machines are not compared by mistake.
final class Machine {

    private Machine() {}

    static Map<String, Object> describe() {
        var machine = new LinkedHashMap<String, Object>();
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("memory_mib", memoryMib());
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("holdfast", version());
        machine.put("java", Runtime.version().toString());
        machine.put("heap_mib", Runtime.getRuntime().maxMemory() >> 20);
        return machine;
    }

    /// Of the packaged program; run from classes it has none.
    private static String version() {
        var version = HoldfastApplication.class.getPackage().getImplementationVersion();
        return version == null ? "from classes" : version;
    }

    private static long memoryMib() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getTotalMemorySize() >> 20;
    }

    /// CPU time this JVM has used, in nanoseconds.
    static long jvmCpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /// CPU time a process and its children that still live have used, in nanoseconds; 0 where the system does not
    /// tell (it does on Linux). For PostgreSQL: the postmaster's id; a backend that ended is counted as its
    /// waited-for child.
    static long cpuNanosOf(long pid) {
        return ProcessHandle.of(pid)
                .map(process -> statOf(pid, true)
                        + process.descendants()
                                .mapToLong(child -> statOf(child.pid(), false))
                                .sum())
                .orElse(0L);
    }

    /// Fields 14 to 17 of proc(5): user and system time of the process, and of its waited-for children, in clock
    /// ticks.
    private static long statOf(long pid, boolean withChildren) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            var ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
            if (withChildren) {
                ticks += Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
            }
            return ticks * 10_000_000L;
        } catch (IOException e) {
            return 0;
        }
    }
}
