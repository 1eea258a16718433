package dev.holdfast.bench.crash;

import java.io.IOException;
import java.time.Duration;
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
        return start(customers, ledger, Duration.ZERO);
    }

    /// @param arrival the time over which they come, one after the other
    static Load start(List<Customer> customers, Ledger ledger, Duration arrival) {
        var load = new Load(ledger);
        for (int number = 0; number < customers.size(); number++) {
            var customer = customers.get(number);
            var comes = arrival.multipliedBy(number).dividedBy(customers.size());
            load.threads.execute(() -> load.run(customer, comes));
        }
        return load;
    }

    private void run(Customer customer, Duration comes) {
        try {
            Thread.sleep(comes);
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
