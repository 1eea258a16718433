package dev.holdfast.saga.test.conformance;

/// One check of one promise. With JUnit: `DynamicTest.dynamicTest(check.name(), check::run)`.
public final class ConformanceCheck {

    private final String name;
    private final Promise promise;
    private final Body body;

    @FunctionalInterface
    interface Body {
        void run(ConformanceCheck check) throws Exception;
    }

    ConformanceCheck(String name, Promise promise, Body body) {
        this.name = name;
        this.promise = promise;
        this.body = body;
    }

    /// A sentence: `the_same_key_twice_has_one_effect_and_one_answer`.
    public String name() {
        return name;
    }

    public Promise promise() {
        return promise;
    }

    /// Runs it, on sagas and requests of its own. Can be run any number of times.
    ///
    /// @throws BrokenPromise the participant has not kept the promise
    /// @throws Exception the participant's owner's code failed
    public void run() throws Exception {
        body.run(this);
    }

    @Override
    public String toString() {
        return name;
    }
}
