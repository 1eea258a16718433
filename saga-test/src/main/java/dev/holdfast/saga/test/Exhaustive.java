package dev.holdfast.saga.test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// Runs every schedule of up to so many faults.
///
/// A run shows its choice points. The schedules that follow from it deviate from it once more, at a point behind
/// its last deviation; so each set of faults is run once, in the order in which they happen, and none is scheduled
/// at a point that is not reached. Few faults come before many, so a fault that does harm alone is found alone.
final class Exhaustive {

    /// @param from the first of its points at which schedules that follow from it may deviate
    private record Branch(Schedule schedule, int from) {}

    private final Function<Choices.Chooser, Run> runs;
    private final Tally tally;
    private final int atMost;
    private final Random random;

    /// @param atMost of the schedules of a number of faults from two on, so many are run, drawn by chance
    Exhaustive(Function<Choices.Chooser, Run> runs, Tally tally, int atMost, long seed) {
        this.runs = runs;
        this.tally = tally;
        this.atMost = atMost;
        this.random = new Random(seed);
    }

    void explore(int depth) {
        var level = List.of(new Branch(Schedule.FAULTLESS, 0));
        for (int faults = 0; faults <= depth && !tally.enough(); faults++) {
            level = explore(drawn(level, faults), faults < depth);
        }
    }

    /// @param further whether the schedules with one more fault are wanted
    private List<Branch> explore(List<Branch> level, boolean further) {
        var open = new ArrayList<>(level.reversed());
        var next = new ArrayList<Branch>();
        while (!open.isEmpty() && !tally.enough()) {
            var branch = open.removeLast();
            var run = runs.apply(branch.schedule());
            tally.add(run);
            if (!run.failed()) {
                follow(branch, run, open, further ? next : null);
            }
        }
        return next;
    }

    /// @param same takes what costs no fault
    /// @param next takes what costs one; `null` when that is not wanted
    private static void follow(Branch branch, Run run, List<Branch> same, List<Branch> next) {
        for (int i = branch.from(); i < run.taken().size(); i++) {
            var point = run.taken().get(i).point();
            for (int o = 1; o < point.options().size(); o++) {
                var option = point.options().get(o);
                var to = option.cost() == 0 ? same : next;
                if (to != null) {
                    to.add(new Branch(branch.schedule().with(point.label(), option.name()), i + 1));
                }
            }
        }
    }

    private List<Branch> drawn(List<Branch> level, int faults) {
        if (faults < 2 || level.size() <= atMost) {
            return level;
        }
        tally.leftOut(level.size() - atMost);
        var shuffled = new ArrayList<>(level);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, atMost);
    }
}
