package dev.holdfast.flows;

/// Why a checkout failed, in words for the customer.
///
/// What a service refused comes with a message that is written for people. Where no service said anything, the
/// engine has only the last attempt's cause: the text of a fault, for operators, with addresses and the like in it.
/// Of that a customer is told what its code means, and no more; the cause stays with the saga.
public final class FailureWords {

    private FailureWords() {}

    /// @param code of [dev.holdfast.saga.SagaView.Failure]
    /// @param message what was said with it
    public static String of(String code, String message) {
        return switch (code) {
            case "not-reachable" -> "A part of the shop could not be reached. Please try again later.";
            case "no-answer" -> "A part of the shop did not answer in time. Please try again later.";
            case "deadline-passed" -> "It took longer than it may. Please try again later.";
            default -> message;
        };
    }
}
