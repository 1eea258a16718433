package dev.holdfast.shipping;

import java.time.Duration;

/// How to wait: on the caller's own virtual thread in production, not at all in a test.
@FunctionalInterface
interface Sleeper {

    void sleep(Duration time) throws InterruptedException;
}
