package dev.holdfast.payment;

import dev.holdfast.platform.Money;

/// What the simulated provider's books are asked to write.
sealed interface SandboxCommand {

    String key();

    /// @param declineCode the no it is to be, or null
    record Charge(PaymentProvider.Authorization request, String declineCode) implements SandboxCommand {
        @Override
        public String key() {
            return request.key();
        }
    }

    /// @param amount null: all that is left
    record Operate(String key, String chargeId, OperationKind kind, Money amount) implements SandboxCommand {}

    /// Notes that the first request under a key got lost.
    record Lose(String key) implements SandboxCommand {}

    /// @param first nothing was known of the key before
    record Entered(String chargeId, String ref, String refusalCode, boolean first) {}
}
