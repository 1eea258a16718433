package dev.holdfast.bench;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/// Begins something so many times a second by schedule, each on a thread of its own, whether what was begun before
/// has ended or not. So a moment in which everything stands still is met by everybody who comes in it, and is not
/// hidden by customers who wait for each other.
///
/// @param perSecond above 0
record Pace(double perSecond) {

    interface Task {

        /// @param dueNanos when it was to begin, by the clock of [System#nanoTime()]
        void run(long dueNanos);
    }

    /// Returns when the last one has ended.
    void keep(int times, Task task) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long began = System.nanoTime();
            for (int i = 0; i < times; i++) {
                long due = began + Math.round(i * 1e9 / perSecond);
                waitUntil(due);
                threads.execute(() -> task.run(due));
            }
        }
    }

    int timesIn(Duration lasting) {
        return (int) Math.max(1, Math.round(perSecond * lasting.toNanos() / 1e9));
    }

    private static void waitUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
