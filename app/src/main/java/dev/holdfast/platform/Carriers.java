package dev.holdfast.platform;

/// How many threads of the system carry the virtual ones, which are the customers' requests and the sagas.
///
/// Half of the cores, at least one. A saga does little by itself: half of what this process computes is done on the
/// lanes' own threads, and PostgreSQL, where it is on the same machine, needs as much again. As many carriers as
/// cores, which is the JVM's default, wake up only to take a core from those who work: batches become smaller and
/// everything dearer (measured on two cores). What few carriers are in danger of, [CarrierWatch] sees to.
public final class Carriers {

    /// The JVM's own setting: whoever gives it decides.
    private static final String PARALLELISM = "jdk.virtualThreadScheduler.parallelism";

    private Carriers() {}

    /// To be called once, by a program's main, before the first virtual thread is made: the JVM looks once.
    public static void choose() {
        tellJvm();
        CarrierWatch.start();
    }

    static void tellJvm() {
        if (System.getProperty(PARALLELISM) == null) {
            System.setProperty(
                    PARALLELISM, String.valueOf(of(Runtime.getRuntime().availableProcessors())));
        }
    }

    static int of(int cores) {
        return Math.max(1, cores / 2);
    }
}
