package dev.holdfast.saga.test;

import dev.holdfast.saga.SagaDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Runs a saga through every schedule of faults up to a number of them, and checks after each what must hold.
///
/// A *world* is what the saga acts on: its participants, as the caller has them (models in memory, or real ones on
/// a database), made anew for every schedule. The engine's nodes, its tables, the network and time are simulated,
/// in one thread: the same schedule is the same run, always. What decides what a saga does next is the engine's
/// own code.
///
/// ```java
/// Explorer.of(Trip::new)
///         .saga(Trip::definition, trip -> "alice")
///         .invariant("a failed trip holds no seat", that((trip, end) -> end.completed() || trip.seats() == 0))
///         .explore(2)
///         .assertNothingBroken();
/// ```
///
/// Not safe for use by several threads at once.
///
/// @param <W> the world
/// @param <P> what the saga carries
public final class Explorer<W, P> {

    private static final int MOST_FAULTS = 100;

    private final Setup<W, P> setup;
    private int stopAfter = 5;
    private int atMost = Integer.MAX_VALUE;
    private long sampleSeed;

    private Explorer(Setup<W, P> setup) {
        this.setup = setup;
    }

    /// Begins with the world.
    ///
    /// @param world makes one, as if nothing had ever happened in it. A world of rows in a database keeps itself
    ///     apart from those before it by fresh ids
    public static <W> Begun<W> of(Function<Circumstances, W> world) {
        return new Begun<>(world);
    }

    /// An explorer that knows its world.
    public record Begun<W>(Function<Circumstances, W> world) {

        /// @param definition whose actions call the participants of that world
        /// @param payload what the saga carries
        public <P> Explorer<W, P> saga(Function<W, SagaDefinition<P>> definition, Function<W, P> payload) {
            var setup = new Setup<W, P>(world);
            setup.definition = definition;
            setup.payload = payload;
            return new Explorer<>(setup);
        }
    }

    /// The id of the saga; default `saga-1` in every world.
    public Explorer<W, P> sagaId(Function<W, String> sagaId) {
        setup.sagaId = sagaId;
        return this;
    }

    /// What must hold in the end. Checked in the order in which they are given, after every schedule.
    public Explorer<W, P> invariant(String name, Invariant<? super W> invariant) {
        setup.invariants.put(named(name), invariant);
        return this;
    }

    /// Something else that may happen, once, at any moment: a customer cancels, a sweeper runs. Counts as a fault
    /// where it happens.
    public Explorer<W, P> meanwhile(String name, Consumer<W> event) {
        setup.meanwhile.put(named(name), event);
        return this;
    }

    /// A signal that may reach the saga, once, at any moment. Counts as a fault where it does.
    ///
    /// @param payload what it brings, `""` for nothing
    public Explorer<W, P> signal(String name, String payload) {
        setup.signals.put(named(name), payload);
        return this;
    }

    /// What the participants do by themselves once nobody calls them any more: sweepers. Run at the end, and again
    /// when a call arrived long after it; must bring its world to rest.
    public Explorer<W, P> afterwards(Consumer<W> afterwards) {
        setup.afterwards = afterwards;
        return this;
    }

    /// Lets the participants say the business no of [Fault#REFUSED] themselves.
    ///
    /// @param refuse makes the participant of a step refuse the next call; answers `false` when it cannot. Without
    ///     this, the refusal is made up in front of the participant, which is then never asked
    public Explorer<W, P> refusing(BiPredicate<W, String> refuse) {
        setup.refusing = refuse;
        return this;
    }

    /// Faults that do not happen.
    public Explorer<W, P> without(Fault... faults) {
        List.of(faults).forEach(setup.faults::remove);
        return this;
    }

    /// When each schedule begins. Default the first of January 2030; participants with a clock of their own that
    /// cannot be set want `Instant::now`.
    public Explorer<W, P> startingAt(Supplier<Instant> start) {
        setup.start = start;
        return this;
    }

    /// After how many failures it has seen enough. Default 5.
    public Explorer<W, P> stopAfter(int failures) {
        if (failures < 1) {
            throw new IllegalArgumentException("one failure at least must be found, not " + failures);
        }
        stopAfter = failures;
        return this;
    }

    /// Of the schedules of a number of faults from two on, runs only so many, drawn by chance: for worlds in which
    /// a run is dear. The report says how many were left out.
    public Explorer<W, P> sampling(int schedules, long seed) {
        if (schedules < 1) {
            throw new IllegalArgumentException("a sample has one schedule at least, not " + schedules);
        }
        atMost = schedules;
        sampleSeed = seed;
        return this;
    }

    Explorer<W, P> planting(Plant plant) {
        setup.plant = plant;
        return this;
    }

    /// Runs every schedule of up to `depth` faults.
    ///
    /// @param depth from 0, the faultless run; 2 is what most bugs need
    public Report explore(int depth) {
        if (depth < 0 || depth > MOST_FAULTS) {
            throw new IllegalArgumentException("a depth is 0 to " + MOST_FAULTS + " faults, not " + depth);
        }
        var tally = tally();
        new Exhaustive(this::run, tally, atMost, sampleSeed).explore(depth);
        return tally.report();
    }

    /// Runs schedules drawn by chance. The same seed draws the same ones.
    ///
    /// @param maxFaults of one schedule, 1 to 100
    public Report random(long seed, int schedules, int maxFaults) {
        var tally = tally();
        drawn(tally, seed, maxFaults).explore(() -> tally.schedules() < schedules);
        return tally.report();
    }

    /// Runs schedules drawn by chance for a while.
    ///
    /// @param maxFaults of one schedule, 1 to 100
    public Report random(long seed, Duration forAbout, int maxFaults) {
        var tally = tally();
        var end = System.nanoTime() + forAbout.toNanos();
        drawn(tally, seed, maxFaults).explore(() -> System.nanoTime() - end < 0);
        return tally.report();
    }

    /// Runs one schedule again.
    ///
    /// @param schedule as a failure has it
    /// @return what it breaks and its story; without breaks when it holds
    public Failure replay(String schedule) {
        var run = run(Schedule.parse(schedule));
        return Tally.failureOf(run);
    }

    private RandomRuns drawn(Tally tally, long seed, int maxFaults) {
        if (maxFaults < 1 || maxFaults > MOST_FAULTS) {
            throw new IllegalArgumentException("a schedule has 1 to " + MOST_FAULTS + " faults, not " + maxFaults);
        }
        return new RandomRuns(this::run, tally, seed, maxFaults);
    }

    private Tally tally() {
        return new Tally(stopAfter, new Shrinker(this::run)::shrink);
    }

    private Run run(Choices.Chooser chooser) {
        return Simulation.of(setup, chooser);
    }

    private static String named(String name) {
        if (name == null || name.isBlank() || name.contains(";") || name.contains("=")) {
            throw new IllegalArgumentException("a name is some text without ';' and '=', not '" + name + "'");
        }
        return name;
    }
}
