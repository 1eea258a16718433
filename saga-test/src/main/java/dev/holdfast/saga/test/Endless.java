package dev.holdfast.saga.test;

/// The saga does not come to an end.
final class Endless extends RuntimeException {

    Endless(String message) {
        super(message, null, false, false);
    }
}
