package dev.holdfast.cart;

import dev.holdfast.cart.CartCommand.Changed;
import dev.holdfast.cart.CartCommand.Delete;
import dev.holdfast.cart.CartCommand.Deleted;
import dev.holdfast.cart.CartCommand.Outcome;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.RequestKeys;

/// Answers as they are kept under an idempotency key. Only what was done is kept: a refusal changed nothing, and
/// its key is free.
final class Answers {

    private Answers() {}

    static void record(RequestKeys.Round round, CartCommand command, Outcome outcome) {
        if (outcome instanceof Changed || outcome instanceof Deleted) {
            round.answered(command.key(), Json.write(outcome));
        }
    }

    static Outcome read(CartCommand command, String response) {
        return command instanceof Delete ? new Deleted() : Json.read(response, Changed.class);
    }
}
