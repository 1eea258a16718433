package dev.holdfast.saga.guard;

import static org.awaitility.Awaitility.await;

import dev.holdfast.saga.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Things that happen at the same time.
final class Race {

    private Race() {}

    static <R> FutureTask<R> inBackground(Callable<R> work) {
        var task = new FutureTask<>(work);
        Thread.startVirtualThread(task);
        return task;
    }

    static <R> R result(FutureTask<R> task) {
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Starts all at once and waits for all.
    @SafeVarargs
    static <R> List<R> of(Callable<R>... works) {
        var start = new CyclicBarrier(works.length);
        var tasks = new ArrayList<FutureTask<R>>();
        for (var work : works) {
            tasks.add(inBackground(() -> {
                start.await();
                return work.call();
            }));
        }
        return tasks.stream().map(Race::result).toList();
    }

    /// Until so many sessions wait for a lock of another one: the one signal a database gives of it.
    static void awaitWaiting(TestPostgres postgres, int sessions) {
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> postgres.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND datname = current_database()")
                        == sessions);
    }
}
