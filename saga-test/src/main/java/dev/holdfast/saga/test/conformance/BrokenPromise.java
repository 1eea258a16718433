package dev.holdfast.saga.test.conformance;

/// A participant has not kept a promise, or a check could not be carried out. The message tells the whole story.
public final class BrokenPromise extends AssertionError {

    private final transient ConformanceCheck check;

    BrokenPromise(ConformanceCheck check, String story, Throwable cause) {
        super(story, cause);
        this.check = check;
    }

    /// The check that found it.
    public ConformanceCheck check() {
        return check;
    }
}
