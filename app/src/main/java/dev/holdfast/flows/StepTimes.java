package dev.holdfast.flows;

import dev.holdfast.platform.remote.ServicesSettings;
import java.time.Duration;

/// How long one attempt at a step may take, and what fits into it. An attempt that is cut off is unclear, and tells
/// nothing of what it waited for; so whoever waits for a service's answer inside of it has to give up before.
public final class StepTimes {

    static final Duration INVENTORY = Duration.ofSeconds(15);
    static final Duration ORDERS = Duration.ofSeconds(15);

    /// FedEx with its three retries, then UPS.
    static final Duration SHIPPING = Duration.ofSeconds(60);

    /// The hold is extended, the provider is asked.
    static final Duration PAYMENT = Duration.ofSeconds(30);

    /// The same, and after a decline the hold is extended again.
    static final Duration PAYMENT_ASKING = Duration.ofSeconds(45);

    private StepTimes() {}

    /// @throws IllegalArgumentException a step would be cut off before a service that runs elsewhere is given up on
    public static void require(ServicesSettings.Times patience) {
        var extending = patience.inventory();
        fits("inventory", patience.inventory(), INVENTORY);
        fits("orders", patience.orders(), ORDERS);
        fits("shipping", patience.shipping(), SHIPPING);
        fits("payment (with that of inventory before it)", extending.plus(patience.payment()), PAYMENT);
        fits(
                "payment (with that of inventory before and after it)",
                extending.multipliedBy(2).plus(patience.payment()),
                PAYMENT_ASKING);
    }

    private static void fits(String service, Duration patience, Duration step) {
        if (patience.compareTo(step) >= 0) {
            throw new IllegalArgumentException("holdfast.services.patience." + service + " must be less than the "
                    + step.toSeconds() + " s that the step that calls it has, not " + patience);
        }
    }
}
