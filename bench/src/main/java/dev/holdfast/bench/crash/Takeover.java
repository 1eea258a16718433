package dev.holdfast.bench.crash;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/// What became of the sagas of a node that was killed or frozen.
///
/// @param node its name and epoch
/// @param blow what was done to it: `killed`, `frozen`
/// @param sagas that were its own and in flight then
/// @param moving from the blow until each of them had ended or was gone on with by another node; null when that did
///     not happen in time
/// @param load average of the machine in the minute before, in processes that want a core; negative where the
///     system does not tell
record Takeover(String node, String blow, int sagas, Duration moving, double load) {

    static Takeover now(String node, String blow, int sagas, Duration moving) {
        var load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return new Takeover(node, blow, sagas, moving, load);
    }
}
