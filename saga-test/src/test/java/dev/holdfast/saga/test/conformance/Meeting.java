package dev.holdfast.saga.test.conformance;

import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Where two threads wait for each other, each at the worst moment. One that nobody comes to meet goes on.
final class Meeting {

    private final Exchanger<String> place = new Exchanger<>();

    void await() {
        try {
            place.exchange("here", 300, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Alone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
