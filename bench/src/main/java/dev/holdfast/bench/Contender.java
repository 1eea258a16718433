package dev.holdfast.bench;

import org.HdrHistogram.Histogram;

/// One of those that are compared: it completes checkouts, on a database of its own.
interface Contender extends AutoCloseable {

    /// `product`, `naive`, `limit`.
    String name();

    String database();

    /// Completes so many checkouts of [CheckoutLoad]'s kind. The clock runs from the first until all are completed,
    /// committed, and no event waits to leave: nothing is put off to a time that nobody measures.
    Round run(int orders) throws Exception;

    /// Makes the sessions tell their counters.
    ///
    /// @return how many checkouts that took
    int tellCounters() throws Exception;

    @Override
    void close() throws Exception;

    /// @param orders completed
    /// @param failed not completed; they count for nothing
    /// @param spent while the clock ran
    /// @param completedSeconds until the last order was completed; the rest of the clock is events leaving
    /// @param latencyMicros from a checkout's acceptance to its end; empty where a checkout has none of its own
    record Round(int orders, int failed, Meter.Spent spent, double completedSeconds, Histogram latencyMicros) {

        double perSecond() {
            return orders / (spent.atNanos() / 1e9);
        }
    }
}
