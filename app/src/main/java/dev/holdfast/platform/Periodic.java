package dev.holdfast.platform;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A task that runs again and again on a virtual thread of its own: sweepers. Every node runs its own, so a task
/// must bear company (lock what it takes, skip what others have). A turn that fails is logged, and the next comes
/// all the same.
///
/// Usage, as a bean: `Periodic.every(Duration.ofHours(1), "cart-expiry", sweeper::sweep)`.
public final class Periodic implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

    private final Thread thread;
    private volatile boolean closed;

    private Periodic(Duration pause, String name, Task task) {
        thread = Thread.ofVirtual().name(name).unstarted(() -> loop(pause, name, task));
    }

    /// What is done each time.
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    /// Starts it; the first turn comes after the first pause.
    ///
    /// @param pause between the end of one turn and the beginning of the next, above 0
    public static Periodic every(Duration pause, String name, Task task) {
        if (!pause.isPositive()) {
            throw new IllegalArgumentException("the pause of " + name + " must be above 0, not " + pause);
        }
        var periodic = new Periodic(pause, name, task);
        periodic.thread.start();
        return periodic;
    }

    private void loop(Duration pause, String name, Task task) {
        while (!closed) {
            try {
                Thread.sleep(pause);
                task.run();
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                if (!closed) {
                    LOG.warn("{} failed and will be tried again in {}", name, pause, e);
                }
            }
        }
    }

    /// Stops it, in the middle of a turn if need be.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
