package dev.holdfast.bench;

/// What one crowd of buyers got.
///
/// @param products sold, each buyer asking for one of them at random
/// @param held answers that said so
/// @param refused answers that nothing is left
/// @param failed answers of neither kind: too many waited, or nobody came to an end in time; nothing was held
/// @param seconds from the first call to the last answer
/// @param medianMillis of the answers that said held
/// @param p99Millis of the same
/// @param cpuMicros of this JVM and PostgreSQL together, per hold
record FlashPoint(
        String strategy,
        int products,
        int buyers,
        long held,
        long refused,
        long failed,
        double seconds,
        double medianMillis,
        double p99Millis,
        double cpuMicros) {

    double holdsPerSecond() {
        return held / seconds;
    }

    String name() {
        return strategy + ", "
                + (products == 1 ? "one product, " : "%,d products, ".formatted(products))
                + (buyers == 1 ? "1 buyer" : "%,d buyers".formatted(buyers));
    }
}
