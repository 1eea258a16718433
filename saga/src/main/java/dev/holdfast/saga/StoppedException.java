package dev.holdfast.saga;

/// A saga stops here, without an end: this node closes, or was fenced off, or the log is not what it should be. Its
/// place is the last row of its log, and another loop goes on from there.
final class StoppedException extends RuntimeException {

    private final boolean readAgain;

    StoppedException(String message) {
        this(message, false);
    }

    /// @param readAgain whether the saga can go on at once, on a log that is read anew
    StoppedException(String message, boolean readAgain) {
        super(message, null, false, false);
        this.readAgain = readAgain;
    }

    boolean readAgain() {
        return readAgain;
    }
}
