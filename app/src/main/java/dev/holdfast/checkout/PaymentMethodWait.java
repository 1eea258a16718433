package dev.holdfast.checkout;

import java.time.Duration;

/// `holdfast.checkout.payment-method-wait`: how long a checkout whose payment is declined waits for another payment
/// method before the decline counts. Default 0: it counts at once. Up to 24 hours. Meanwhile the stock stays held
/// and the cart frozen, so a long wait is stock that nobody else can buy. It counts for checkouts that are started
/// from now on; one that waits already waits as long as it was told.
///
/// @param atMost zero for no wait
record PaymentMethodWait(Duration atMost) {

    private static final Duration LONGEST = Duration.ofHours(24);

    PaymentMethodWait {
        if (atMost.isNegative() || atMost.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "holdfast.checkout.payment-method-wait must be 0 to " + LONGEST + ", not " + atMost);
        }
    }
}
