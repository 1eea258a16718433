package dev.holdfast.bench;

import java.io.PrintStream;

/// Warms up until the compiler has little left to do, however fast the machine is.
final class WarmUp {

    /// Of the JVM's CPU, or of all JVMs' that the contender consists of. What is measured is to have less than 5 %.
    private static final double LITTLE = 0.04;

    private static final int MOST_TURNS = 20;

    private WarmUp() {}

    /// Runs turns of so many checkouts until the compiler needs little of the JVM's CPU in one of them; after 20
    /// turns it says so and is content.
    static void untilCompiled(Contender contender, int orders, PrintStream out) throws Exception {
        double share = 1;
        int turns = 0;
        while (share > LITTLE && turns < MOST_TURNS) {
            share = contender.run(orders).spent().compilerShare();
            turns++;
        }
        out.printf(
                "warm-up of %s: %,d checkouts more, the compiler's share of the JVM's CPU is %.1f %% then%n",
                contender.name(), turns * orders, 100 * share);
    }
}
