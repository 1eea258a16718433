package dev.holdfast.payment;

import java.util.regex.Pattern;

/// How keys are derived from keys, so that no two callers ever meet under one by accident.
///
/// The n-th row of the authorization `K` has the key `K:n`; the first has `K` itself, unless `K` already ends in a
/// colon and a number (the second generation of a step is `saga:step:2`): then it is `K:1`. So a row's key tells
/// its authorization and number apart in one way only, and `saga:step:2` the generation never meets `saga:step:2`
/// the second row.
final class PaymentKeys {

    private static final Pattern NUMBERED = Pattern.compile(":[0-9]+$");

    private PaymentKeys() {}

    static String ofAttempt(String authorizationKey, int number) {
        return number == 1 && !NUMBERED.matcher(authorizationKey).find()
                ? authorizationKey
                : authorizationKey + ":" + number;
    }

    /// Whether `key` is `of` itself or a later generation of it: undoing a step undoes all its generations.
    static boolean generation(String key, String of) {
        return key.equals(of)
                || (key.startsWith(of)
                        && NUMBERED.matcher(key.substring(of.length())).matches());
    }

    /// With a space, which no caller's key has.
    static String ofUndo(String paymentKey, int number) {
        return paymentKey + " undo " + number;
    }
}
