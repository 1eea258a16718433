package dev.holdfast.saga.test.conformance;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// The checks of what a participant promises, for one step of it.
///
/// ```java
/// @TestFactory
/// Stream<DynamicTest> promises() {
///     return Conformance.of(new SeatStep(database), ConformanceSettings.of("run-7"))
///             .checks()
///             .map(check -> dynamicTest(check.name(), check::run));
/// }
/// ```
///
/// What they cannot see from outside: whose clock a deadline is compared with (give the participant's process
/// another time than its database to find out), and how long answers are remembered.
public final class Conformance {

    private final List<ConformanceCheck> checks = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    private Conformance() {}

    /// Each check makes up sagas and requests of its own, so they can be run in any order, and again. One request
    /// of each kind is made here, to see what the participant's description gives.
    public static <P> Conformance of(ParticipantUnderTest<P> participant, ConformanceSettings settings) {
        return of(participant, settings, Clock.systemUTC());
    }

    /// @param clock deadlines of calls that are in time are set an hour after this
    public static <P> Conformance of(ParticipantUnderTest<P> participant, ConformanceSettings settings, Clock clock) {
        var conformance = new Conformance();
        var stage = new Scene.Stage<>(participant, settings, clock);
        var list = new CheckList<>(stage, conformance.checks, conformance.leftOut, new AtomicInteger());
        new RepetitionChecks<>(list).addAll();
        new UndoChecks<>(list).addAll();
        new DeadlineChecks<>(list).addAll();
        new RaceChecks<>(list).addAll();
        new GenerationChecks<>(list).addAll();
        new DeathChecks<>(list).addAll();
        return conformance;
    }

    public Stream<ConformanceCheck> checks() {
        return checks.stream();
    }

    /// What was not checked, and what the participant's description would have to give for it. To be looked at, or
    /// held by a test, so that nobody takes a part for the whole.
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }
}
