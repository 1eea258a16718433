package dev.holdfast.saga.guard;

import java.util.Map;

/// What was done under one key.
///
/// @param call under which it was done; its deadline is not remembered
/// @param facts what was reported of it
public record Effect(GuardedCall call, Map<String, String> facts) {

    public Effect {
        facts = Map.copyOf(facts);
    }
}
