package dev.holdfast.inventory;

import java.util.Locale;

/// How requests come to the stock rows they need. What is decided, recorded and answered is the same under each,
/// and all of them may be at work on the same rows at once; they differ in who waits for whom.
enum Strategy {

    /// Group commit: one lane takes what has queued up into one transaction, and a hundred buyers of one product
    /// are one row update.
    QUEUE,

    /// A transaction for each request; stock rows are read without a lock, and written only if nobody has written
    /// them since. Whoever comes second is rolled back and tries again.
    OPTIMISTIC,

    /// A transaction for each request, which locks its stock rows first. Whoever comes second waits.
    PESSIMISTIC,

    /// Group commit in several lanes, each of which sells from a part of the product that is its own.
    POOLS;

    /// Whether a lane takes many requests into one transaction.
    boolean batches() {
        return this == QUEUE || this == POOLS;
    }

    /// As settings and metrics have it.
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
