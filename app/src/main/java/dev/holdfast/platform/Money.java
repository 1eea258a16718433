package dev.holdfast.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;

/// An amount in the minor units of its currency (cents for USD, yen for JPY, fils for KWD); the exponent is ISO
/// 4217's.
///
/// In JSON: `{"amount": 19998, "currency": "USD"}`.
public record Money(long amount, Currency currency) {

    public Money {
        if (currency == null || currency.getDefaultFractionDigits() < 0) {
            throw new IllegalArgumentException("currency must be an ISO 4217 currency of money, not " + currency);
        }
    }

    /// @throws IllegalArgumentException when `currency` is no ISO 4217 code
    @JsonCreator
    public static Money of(@JsonProperty("amount") long amount, @JsonProperty("currency") String currency) {
        return new Money(amount, currencyOf(currency));
    }

    /// From a decimal, as callers of `/api` and the tables write it.
    ///
    /// @throws IllegalArgumentException when it has more decimals than the currency
    public static Money ofDecimal(BigDecimal decimal, String currency) {
        var unit = currencyOf(currency);
        try {
            return new Money(
                    decimal.movePointRight(unit.getDefaultFractionDigits())
                            .setScale(0, RoundingMode.UNNECESSARY)
                            .longValueExact(),
                    unit);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(decimal.toPlainString() + " " + currency + " has more than "
                    + unit.getDefaultFractionDigits() + " decimals or too many digits");
        }
    }

    /// The amount with the currency's decimals, as the tables and the events carry it.
    public BigDecimal decimal() {
        return BigDecimal.valueOf(amount, currency.getDefaultFractionDigits());
    }

    public String code() {
        return currency.getCurrencyCode();
    }

    /// @throws ArithmeticException past 2^63 minor units
    public Money plus(Money other) {
        requireSame(other);
        return new Money(Math.addExact(amount, other.amount), currency);
    }

    /// @throws ArithmeticException past 2^63 minor units
    public Money minus(Money other) {
        requireSame(other);
        return new Money(Math.subtractExact(amount, other.amount), currency);
    }

    /// @throws ArithmeticException past 2^63 minor units
    public Money times(int quantity) {
        return new Money(Math.multiplyExact(amount, (long) quantity), currency);
    }

    @Override
    public String toString() {
        return decimal().toPlainString() + " " + code();
    }

    private void requireSame(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("cannot mix " + this + " with " + other);
        }
    }

    private static Currency currencyOf(String code) {
        try {
            return Currency.getInstance(code);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new IllegalArgumentException("currency must be an ISO 4217 code, not " + code);
        }
    }
}
