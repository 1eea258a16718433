package dev.holdfast.bench;

import dev.holdfast.HoldfastApplication;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import jdk.management.VirtualThreadSchedulerMXBean;

/// What a run ran on, so that figures of two machines are not compared by mistake.
final class Machine {

    private static final long NANOS_PER_TICK = 10_000_000L;

    /// Names of threads are cut at 15 characters: `C2 CompilerThre`.
    private static final Pattern COMPILER = Pattern.compile("\\(C[12] Compiler");

    private Machine() {}

    static Map<String, Object> describe() {
        var machine = new LinkedHashMap<String, Object>();
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("carriers", carriers());
        machine.put("memory_mib", memoryMib());
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("holdfast", version());
        machine.put("java", Runtime.version().toString());
        machine.put("heap_mib", Runtime.getRuntime().maxMemory() >> 20);
        return machine;
    }

    /// Threads of the system that carry this JVM's virtual ones.
    private static int carriers() {
        return ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class)
                .getParallelism();
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

    /// CPU time of this JVM's compiler threads, in nanoseconds; 0 where the system does not tell (it does on
    /// Linux). A thread that ended took its time along: with two cores there is one per compiler, which stays.
    static long compilerCpuNanos() {
        return compilerCpuNanosOf("self");
    }

    /// The same of another JVM; 0 too when it has ended.
    static long compilerCpuNanosOf(long pid) {
        return compilerCpuNanosOf(Long.toString(pid));
    }

    private static long compilerCpuNanosOf(String process) {
        try (var threads = Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
            long ticks = 0;
            for (var thread : threads) {
                ticks += compilerTicks(thread.resolve("stat"));
            }
            return ticks * NANOS_PER_TICK;
        } catch (IOException e) {
            return 0;
        }
    }

    private static long compilerTicks(Path file) {
        try {
            var stat = Files.readString(file);
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return COMPILER.matcher(stat).find() ? Long.parseLong(fields[11]) + Long.parseLong(fields[12]) : 0;
        } catch (IOException e) {
            return 0; // it has ended since it was listed
        }
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

    /// What all cores have done so far, for whomever, by the first line of /proc/stat (proc(5)): user, nice,
    /// system, idle, iowait, irq, softirq, steal. What comes after them is counted in them already. Nothing where
    /// the system does not tell.
    static Cores cores() {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            var ticks = lines.findFirst().orElse("").trim().split("\\s+");
            long all = 0;
            for (int i = 1; i <= 8; i++) {
                all += Long.parseLong(ticks[i]);
            }
            return new Cores(all - Long.parseLong(ticks[4]) - Long.parseLong(ticks[5]), all);
        } catch (IOException | RuntimeException e) {
            return new Cores(0, 0);
        }
    }

    /// @param busy clock ticks in which a core was not idle; waiting for a disk is idle: it could have worked
    /// @param all clock ticks
    record Cores(long busy, long all) {

        /// Of all cores, 0 to 1.
        double busyShareSince(Cores before) {
            return all == before.all ? 0 : (double) (busy - before.busy) / (all - before.all);
        }
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
            return ticks * NANOS_PER_TICK;
        } catch (IOException e) {
            return 0;
        }
    }
}
