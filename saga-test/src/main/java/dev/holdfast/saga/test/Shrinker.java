package dev.holdfast.saga.test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Makes a failing schedule as small as it gets: leaves faults out, one after the other and then in pairs, and
/// takes simpler ones, as long as it still fails in the same way.
final class Shrinker {

    private static final int MOST_RUNS = 500;

    private final Function<Choices.Chooser, Run> runs;
    private int left;

    Shrinker(Function<Choices.Chooser, Run> runs) {
        this.runs = runs;
    }

    Run shrink(Run failed) {
        left = MOST_RUNS;
        var smallest = failed;
        for (var smaller = smaller(smallest); smaller != null && left > 0; smaller = smaller(smallest)) {
            smallest = smaller;
        }
        return smallest;
    }

    /// @return `null` when there is none
    private Run smaller(Run failed) {
        for (var candidate : candidates(failed)) {
            if (left-- <= 0) {
                return null;
            }
            var run = runs.apply(candidate);
            if (run.failsLike(failed) && isSmaller(run, failed)) {
                return run;
            }
        }
        return null;
    }

    private static List<Schedule> candidates(Run failed) {
        var schedule = failed.schedule();
        var points = List.copyOf(schedule.deviations().keySet());
        var candidates = new ArrayList<Schedule>();
        points.reversed().forEach(point -> candidates.add(schedule.without(point)));
        for (int i = 0; i < points.size(); i++) {
            for (int j = i + 1; j < points.size(); j++) {
                candidates.add(schedule.without(points.get(i)).without(points.get(j)));
            }
        }
        for (var taken : failed.taken()) {
            for (int option = 1; option < taken.option(); option++) {
                candidates.add(schedule.with(
                        taken.point().label(),
                        taken.point().options().get(option).name()));
            }
        }
        return candidates;
    }

    /// Fewer deviations, or as many of which the first that differ are simpler: options stand in order of
    /// simplicity.
    private static boolean isSmaller(Run run, Run than) {
        var mine = run.schedule().deviations().size();
        var theirs = than.schedule().deviations().size();
        return mine < theirs || mine == theirs && weight(run) < weight(than);
    }

    private static int weight(Run run) {
        return run.taken().stream().mapToInt(Choices.Taken::option).sum();
    }
}
