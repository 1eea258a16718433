package dev.holdfast.bench;

import java.io.IOException;

/// Ends a campaign once: at its end, or when the program is interrupted (Ctrl-C, SIGTERM), whoever comes first. The
/// other waits until all is cleared away: were the program to end before, processes and folders would be left.
final class Ending implements AutoCloseable {

    /// Ends what runs, in the middle of it too, and tells what it has come to.
    interface Deed {
        void run() throws IOException;
    }

    private final Deed deed;
    private boolean done;

    private Ending(Deed deed) {
        this.deed = deed;
    }

    /// From now on an interruption does it as well. To be called before the first process is started.
    static Ending evenWhenInterrupted(Deed deed) {
        var ending = new Ending(deed);
        Runtime.getRuntime().addShutdownHook(new Thread(ending::close, "ending"));
        return ending;
    }

    @Override
    public synchronized void close() {
        if (done) {
            return;
        }
        done = true;
        try {
            deed.run();
        } catch (IOException e) {
            System.err.println("holdfast bench: " + e);
        }
    }
}
