package dev.holdfast.bench.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Customers of one round, all at once. Told to stop, each finishes the errand it is on.
final class Load {

    private final Ledger ledger;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean open = true;

    private Load(Ledger ledger) {
        this.ledger = ledger;
    }

    static Load start(List<Customer> customers, Ledger ledger) {
        var load = new Load(ledger);
        for (var customer : new ArrayList<>(customers)) {
            load.threads.execute(() -> load.run(customer));
        }
        return load;
    }

    private void run(Customer customer) {
        try {
            while (open) {
                customer.shop();
            }
        } catch (IOException e) {
            ledger.object(Rule.ENDS, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            ledger.object(Rule.ANSWERS, "an answer was not understood: " + e);
        }
    }

    /// No customer begins anything new; returns when all that was begun has ended.
    void finish() throws InterruptedException {
        open = false;
        threads.shutdown();
        threads.awaitTermination(1, TimeUnit.HOURS);
    }

    /// The campaign is given up: nobody waits for anything any more.
    void abandon() {
        open = false;
        threads.shutdownNow();
    }
}
