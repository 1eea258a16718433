package dev.holdfast.payment;

import dev.holdfast.payment.PaymentApi.Declined;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;

/// Checks what callers send and says what was wrong; shared by both contracts.
final class PaymentRequests {

    /// 10 billion in a currency of two decimals: far above any order, far below what arithmetic could not carry.
    static final long MOST_MINOR = 1_000_000_000_000L;

    private static final int MOST_METHODS = 10;
    private static final int MOST_DIGITS = 20;
    private static final int LONGEST_ORDER_ID = 64;
    private static final Pattern ORDER_ID = Pattern.compile("[^\\s\\p{Cntrl}]{1,64}");
    private static final Pattern METHOD = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final int LONGEST_REASON = 500;

    private PaymentRequests() {}

    static String orderId(String orderId) {
        if (orderId == null || !ORDER_ID.matcher(orderId).matches()) {
            throw ProblemException.invalid("#/order_id", "must be 1 to 64 characters without spaces");
        }
        return Text.required("#/order_id", orderId, LONGEST_ORDER_ID);
    }

    static Money amount(Money amount) {
        if (amount == null) {
            throw ProblemException.invalid("#/amount", "must be given");
        }
        if (amount.amount() < 1 || amount.amount() > MOST_MINOR) {
            throw ProblemException.invalid("#/amount/amount", "must be 1 to " + MOST_MINOR + " minor units");
        }
        return amount;
    }

    /// @return null when there is none: all that is left
    static Money part(Money amount) {
        return amount == null ? null : amount(amount);
    }

    /// From a decimal. Its size is checked before it is rounded: `1e999999999` would be written out digit by digit.
    static Money decimal(BigDecimal amount, String currency) {
        if (amount == null) {
            throw ProblemException.invalid("#/amount", "must be given");
        }
        if (Math.abs((long) amount.precision() - amount.scale()) > MOST_DIGITS
                || Math.abs((long) amount.scale()) > MOST_DIGITS) {
            throw ProblemException.invalid("#/amount", "must have at most " + MOST_DIGITS + " digits");
        }
        Money money;
        try {
            money = Money.ofDecimal(amount, currency);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(isKnown(currency) ? "#/amount" : "#/currency", e.getMessage());
        }
        if (money.amount() < 1 || money.amount() > MOST_MINOR) {
            throw ProblemException.invalid(
                    "#/amount", "must be above 0 and at most " + new Money(MOST_MINOR, money.currency()));
        }
        return money;
    }

    private static boolean isKnown(String currency) {
        try {
            return Money.of(0, currency).amount() == 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static List<String> methods(List<String> methods) {
        if (methods == null || methods.isEmpty() || methods.size() > MOST_METHODS) {
            throw ProblemException.invalid("#/payment_method_ids", "must be 1 to " + MOST_METHODS + " methods");
        }
        for (int i = 0; i < methods.size(); i++) {
            method("#/payment_method_ids/" + i, methods.get(i));
        }
        return List.copyOf(methods);
    }

    static String method(String pointer, String method) {
        if (method == null || !METHOD.matcher(method).matches()) {
            throw ProblemException.invalid(pointer, "must be 1 to 255 visible ASCII characters");
        }
        return method;
    }

    static String reason(String reason) {
        return Text.required("#/reason", reason, LONGEST_REASON);
    }

    static ProblemException problem(Declined declined) {
        return new ProblemException(402, "payment-declined", "Payment declined", declined.message())
                .with("decline_code", declined.declineCode());
    }

    /// Callers of `/v1` and `/api` name their keys themselves: one that is another order's is their mistake.
    static RuntimeException problem(Refused refused, String key) {
        return PaymentApi.KEY_OF_ANOTHER_ORDER.equals(refused.code()) ? new KeyReusedException(key) : problem(refused);
    }

    static ProblemException problem(Refused refused) {
        return "not-found".equals(refused.code())
                ? new ProblemException(404, "not-found", "Not found", refused.message())
                : new ProblemException(409, refused.code(), "Payment refused", refused.message());
    }
}
