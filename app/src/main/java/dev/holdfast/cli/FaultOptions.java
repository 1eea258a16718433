package dev.holdfast.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How much goes wrong in the world outside. Which orders are struck is drawn from the order's id: the same order
/// always meets the same fate.
final class FaultOptions {

    @Option(
            names = "--declines",
            paramLabel = "SHARE",
            description = "Share of orders whose payment is declined, 0 to 1. Default: demo 0.03, replay 0.")
    Double declines;

    @Option(
            names = "--carrier-down",
            paramLabel = "SHARE",
            description = "Share of orders for which FedEx cannot be reached. Default: demo 0.05, replay 0.")
    Double carrierDown;

    @Option(
            names = "--lost-replies",
            paramLabel = "SHARE",
            description =
                    "Share of orders for which the payment provider's reply is lost after it has acted, and as many for"
                            + " which the carrier's is. Default: demo 0.02, replay 0.")
    Double lostReplies;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /// Sets what was not given.
    void otherwise(double declines, double carrierDown, double lostReplies) {
        this.declines = this.declines == null ? declines : this.declines;
        this.carrierDown = this.carrierDown == null ? carrierDown : this.carrierDown;
        this.lostReplies = this.lostReplies == null ? lostReplies : this.lostReplies;
    }

    List<String> properties() {
        return List.of(
                "--holdfast.faults.decline-rate=" + share("--declines", declines),
                "--holdfast.faults.carrier-down-rate=" + share("--carrier-down", carrierDown),
                "--holdfast.faults.lost-payment-reply-rate=" + share("--lost-replies", lostReplies),
                "--holdfast.faults.lost-label-reply-rate=" + share("--lost-replies", lostReplies));
    }

    String words() {
        return "%.1f %% of payments declined, FedEx down for %.1f %% of parcels, %.1f %% of replies lost"
                .formatted(declines * 100, carrierDown * 100, lostReplies * 100);
    }

    private double share(String option, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new ParameterException(command.commandLine(), option + " must be between 0 and 1, not " + value);
        }
        return value;
    }
}
