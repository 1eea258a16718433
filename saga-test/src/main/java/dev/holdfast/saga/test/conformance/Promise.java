package dev.holdfast.saga.test.conformance;

/// What a participant promises to the sagas that call it.
public enum Promise {
    ONE_EFFECT(
            1,
            "the same key twice has one effect and one answer, also a refusal; another request under it is an error"),
    UNDO_FIRST(2, "an undo that comes before its action is remembered, and the action is refused when it comes"),
    UNDO_ALWAYS(3, "undoing nothing, and undoing twice, succeeds; action and undo at the same time end in undone"),
    FIND_OUT(4, "what is in doubt is found out before it is answered or undone"),
    DEADLINE(5, "an action that comes after its deadline is refused without an effect, unless it is on record"),
    ONE_TRANSACTION(6, "effect, answer and key are one transaction, and outlive the process");

    private final int number;
    private final String words;

    Promise(int number, String words) {
        this.number = number;
        this.words = words;
    }

    @Override
    public String toString() {
        return "promise " + number + " (" + words + ")";
    }
}
