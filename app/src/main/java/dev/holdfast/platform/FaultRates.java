package dev.holdfast.platform;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How often the simulated systems outside misbehave (`holdfast.faults.*`): shares of orders between 0 (never, the
/// default) and 1 (always). Which orders are hit is their [Fate].
///
/// @param declineRate the payment provider declines the authorization
/// @param lostPaymentReplyRate the provider does what it is asked, and its first answer never arrives
/// @param lostRequestRate the first request to a provider or carrier gets lost on the way: surely no effect
/// @param carrierDownRate the first-choice carrier does not work for the order
/// @param lostLabelReplyRate the carrier makes the label, and its first answer never arrives
@ConfigurationProperties("holdfast.faults")
public record FaultRates(
        @DefaultValue("0") double declineRate,
        @DefaultValue("0") double lostPaymentReplyRate,
        @DefaultValue("0") double lostRequestRate,
        @DefaultValue("0") double carrierDownRate,
        @DefaultValue("0") double lostLabelReplyRate) {

    public static final FaultRates NONE = new FaultRates(0, 0, 0, 0, 0);

    public FaultRates {
        share("declineRate", declineRate);
        share("lostPaymentReplyRate", lostPaymentReplyRate);
        share("lostRequestRate", lostRequestRate);
        share("carrierDownRate", carrierDownRate);
        share("lostLabelReplyRate", lostLabelReplyRate);
    }

    private static void share(String setting, double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException(setting + " must be between 0 and 1, not " + rate);
        }
    }
}
