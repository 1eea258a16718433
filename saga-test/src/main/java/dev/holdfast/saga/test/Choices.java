package dev.holdfast.saga.test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Every decision of one run of the world. Nothing else in it is left to chance, so the same decisions make the
/// same run; a run is told apart from the faultless one by the decisions that are not the first option.
///
/// Which choice points there are is found out by running: a fault leads to points that the faultless run never
/// reaches. A point is known by what happens there and how often that has happened before, so that a schedule still
/// means the same when another fault is taken out of it.
final class Choices {

    /// @param label what happens, and how often it has happened: `call seat #2`
    /// @param options the first is what happens when all is well
    record Point(String label, List<Option> options) {}

    /// @param option the index of the one taken
    record Taken(Point point, int option) {

        boolean deviates() {
            return option != 0;
        }
    }

    /// Decides.
    @FunctionalInterface
    interface Chooser {

        /// @return the index of an option
        int choose(Point point);
    }

    private final Chooser chooser;
    private final List<Taken> taken = new ArrayList<>();
    private final Map<String, Integer> seen = new HashMap<>();

    Choices(Chooser chooser) {
        this.chooser = chooser;
    }

    /// @return the index of the option that happens
    int choose(String what, List<Option> options) {
        if (options.size() == 1) {
            return 0;
        }
        var point = new Point(what + " #" + seen.merge(what, 1, Integer::sum), options);
        var option = chooser.choose(point);
        taken.add(new Taken(point, option));
        return option;
    }

    List<Taken> taken() {
        return taken;
    }
}
