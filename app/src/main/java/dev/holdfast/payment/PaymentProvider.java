package dev.holdfast.payment;

import dev.holdfast.platform.Money;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// A system outside that moves money. It keeps its own books and remembers every key it was asked with: the same
/// key again has no second effect and the same answer.
///
/// Every call may throw [dev.holdfast.platform.EffectUnclearException] (no answer: it may have happened) and
/// [dev.holdfast.platform.NoEffectException] (this very call surely did nothing). Called on the caller's own
/// thread, never inside a transaction.
interface PaymentProvider {

    /// As `payments.provider` has it; never changes.
    String name();

    /// How long a key is remembered. Later than this a key is looked up, never repeated.
    Duration remembersKeysFor();

    AuthorizationAnswer authorize(Authorization request);

    OperationAnswer capture(Instruction instruction);

    /// Sets free whatever is not captured and refuses captures from then on.
    ///
    /// Of a charge that has nothing left, because all of it was captured or set free before: [Effected], nothing
    /// was to be done and no capture can follow. Many providers answer such a void with an error ("already
    /// captured"); their adapter turns it into this. [ProviderRefused] means that the charge can still be captured:
    /// an undo then neither looks up the capture that is under way nor refunds it, and tries the void again
    /// instead.
    OperationAnswer voidPayment(Instruction instruction);

    OperationAnswer refund(Instruction instruction);

    /// @return what became of an authorization, or empty: nothing has arrived under the key so far
    Optional<AuthorizationAnswer> lookup(String key);

    /// @return what became of a capture, void or refund, or empty: nothing has arrived under the key so far
    Optional<OperationAnswer> lookupOperation(String key);

    /// The provider's books for these authorization keys; keys it does not know are left out.
    List<Charge> charges(Collection<String> keys);

    /// The provider's books page by page, in the order of the authorization keys.
    ///
    /// @param afterKey the last key of the page before, or an empty string
    List<Charge> statement(String afterKey, int limit);

    /// @param key of this attempt
    /// @param capture take the money at once
    record Authorization(String key, String orderId, Money amount, String method, boolean capture) {}

    /// @param key of this capture, void or refund
    /// @param providerId of the authorization it is about
    /// @param amount how much; a void takes all that is left, whatever it says
    record Instruction(String key, String providerId, String orderId, Money amount) {}

    sealed interface AuthorizationAnswer permits Approved, ProviderDeclined {}

    record Approved(String providerId) implements AuthorizationAnswer {}

    /// A definite no: nothing is set aside, and the key will never lead to anything else.
    record ProviderDeclined(String code) implements AuthorizationAnswer {}

    sealed interface OperationAnswer permits Effected, ProviderRefused {}

    /// @param ref the provider's id of what it did
    record Effected(String ref) implements OperationAnswer {}

    /// A definite no: the operation changed nothing and never will under this key.
    record ProviderRefused(String code) implements OperationAnswer {}

    /// One authorization as the provider has it.
    ///
    /// @param declined it said no: the sums are zero
    record Charge(
            String key,
            String orderId,
            String providerId,
            boolean declined,
            Money amount,
            Money captured,
            Money refunded,
            Money released) {

        /// Money of the customer is set aside or taken.
        boolean live() {
            return !declined && amount.amount() - released.amount() - refunded.amount() > 0;
        }
    }
}
