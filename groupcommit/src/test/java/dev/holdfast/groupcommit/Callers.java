package dev.holdfast.groupcommit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Virtual threads that call a lane.
final class Callers {

    private Callers() {}

    /// Calls on a virtual thread of its own.
    static <T> Call<T> call(Callable<T> what) {
        var task = new FutureTask<>(what);
        return new Call<>(Thread.ofVirtual().start(task), task);
    }

    /// What came of a call.
    ///
    /// @param thread the caller's
    record Call<T>(Thread thread, Future<T> future) {

        T result() throws Exception {
            return future.get(60, TimeUnit.SECONDS);
        }

        /// The exception the lane threw.
        Throwable failure() throws InterruptedException, TimeoutException {
            try {
                var result = future.get(60, TimeUnit.SECONDS);
                throw new AssertionError("expected an exception, not " + result);
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }
    }

    /// Calls one after the other, each queued before the next is made, while the lane is held at a gate.
    static <Q, R> List<Call<R>> queued(GroupCommit<Q, R> lane, List<Q> requests) {
        var before = lane.queued();
        var calls = new ArrayList<Call<R>>();
        for (var request : requests) {
            calls.add(call(() -> lane.submit(request)));
            var expected = before + calls.size();
            await().pollInterval(Duration.ofMillis(1)).until(() -> lane.queued() == expected);
        }
        return calls;
    }
}
