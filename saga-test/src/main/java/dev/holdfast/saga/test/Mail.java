package dev.holdfast.saga.test;

import dev.holdfast.saga.SagaStepper;
import java.util.ArrayList;
import java.util.List;

/// Signals that were sent to the saga. Kept, as the engine keeps them, so that every node that takes the saga over
/// is told all of them again.
final class Mail {

    private record Letter(String key, String name, String payload) {}

    private final List<Letter> letters = new ArrayList<>();
    private SagaStepper<?> receiver;

    /// From now on this one is told.
    void readBy(SagaStepper<?> stepper) {
        receiver = stepper;
        letters.forEach(letter -> stepper.signal(letter.key(), letter.name(), letter.payload()));
    }

    void send(String name, String payload) {
        var letter = new Letter("signal-" + (letters.size() + 1), name, payload);
        letters.add(letter);
        receiver.signal(letter.key(), letter.name(), letter.payload());
    }
}
