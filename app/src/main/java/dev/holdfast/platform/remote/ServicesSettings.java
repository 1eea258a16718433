package dev.holdfast.platform.remote;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How services in other processes are reached, `holdfast.services.*`. Unused where all run in one.
///
/// @param secret sent along with every call as `Holdfast-Secret`, and demanded from every caller; the same in all
///     processes. Default none: whoever reaches the port may call; so without one a process with roles starts only
///     on a loopback address (`server.address`)
/// @param inFlight requests at once to one service that it has not taken in yet; meanwhile the calls gather. 1 to
///     64, default 4
/// @param mostOpen requests at once to one service whose answers are not complete, each a connection. `in-flight`
///     to 2,000, default 200
/// @param maxQueued calls to one service that may wait to be sent; one more is refused, without effect. 1 or more,
///     default 20,000
/// @param maxBatch calls in one request at most. 1 to 1,000, default 500
/// @param maxBytes bytes of calls in one request at most (one call always is), default 1 MiB. The receiver takes
///     64 MiB
/// @param connecting how long a connection may take to come about. 50 ms to 30 s, default 2 s
/// @param takingIn how long a service may take to say that it has a request. Default 5 s; a frozen process is
///     noticed after it
/// @param mostServed calls that this process works on at once for others; one more is refused, without effect. 1 or
///     more, default 20,000
@ConfigurationProperties("holdfast.services")
public record ServicesSettings(
        String secret,
        @DefaultValue("4") int inFlight,
        @DefaultValue("200") int mostOpen,
        @DefaultValue("20000") int maxQueued,
        @DefaultValue("500") int maxBatch,
        @DefaultValue("1048576") int maxBytes,
        @DefaultValue("2s") Duration connecting,
        @DefaultValue("5s") Duration takingIn,
        @DefaultValue("20000") int mostServed,
        @DefaultValue Times patience) {

    /// How long a caller waits for one service's answer, `holdfast.services.patience.inventory`, 50 ms to a minute.
    /// More than that service's own patience with its lane (10 s), so that its answer comes first; less than what
    /// the flows give the step that calls it (15 s, payment 30 s with an extension of the hold before it, shipping
    /// 60 s), which the process with the checkout checks at its start.
    ///
    /// @param inventory default 11 s
    /// @param payment default 18 s
    /// @param shipping default 55 s: three tries at one carrier, then another
    /// @param orders default 11 s
    /// @param others the cart, the catalog, the customers. Default 11 s
    public record Times(
            @DefaultValue("11s") Duration inventory,
            @DefaultValue("18s") Duration payment,
            @DefaultValue("55s") Duration shipping,
            @DefaultValue("11s") Duration orders,
            @DefaultValue("11s") Duration others) {

        public Times {
            patience("inventory", inventory);
            patience("payment", payment);
            patience("shipping", shipping);
            patience("orders", orders);
            patience("others", others);
        }

        private static void patience(String service, Duration value) {
            within("patience." + service, value, Duration.ofMillis(50), Duration.ofMinutes(1));
        }

        Duration with(Role role) {
            return switch (role) {
                case INVENTORY -> inventory;
                case PAYMENT -> payment;
                case SHIPPING -> shipping;
                case ORDERS -> orders;
                case CATALOG, CUSTOMERS, CART, NOTIFICATION, CHECKOUT -> others;
            };
        }
    }

    public ServicesSettings {
        within("in-flight", inFlight, 1, 64);
        within("most-open", mostOpen, inFlight, 2_000);
        within("max-queued", maxQueued, 1, Integer.MAX_VALUE);
        within("max-batch", maxBatch, 1, Batches.MOST_CALLS);
        within("max-bytes", maxBytes, 1_024, 32 << 20);
        within("connecting", connecting, Duration.ofMillis(50), Duration.ofSeconds(30));
        within("taking-in", takingIn, Duration.ofMillis(50), Duration.ofMinutes(1));
        within("most-served", mostServed, 1, Integer.MAX_VALUE);
        if (secret != null && !secret.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "holdfast.services.secret must be visible ASCII characters: it travels" + " in a header");
        }
    }

    boolean hasSecret() {
        return secret != null && !secret.isEmpty();
    }

    /// Without the secret: settings end up in logs and error messages.
    @Override
    public String toString() {
        return "ServicesSettings[secret " + (hasSecret() ? "set" : "not set") + ", inFlight=" + inFlight + "]";
    }

    private static <T extends Comparable<T>> void within(String setting, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "holdfast.services." + setting + " must be " + least + " to " + most + ", not " + value);
        }
    }
}
