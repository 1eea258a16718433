package dev.holdfast.saga.test;

import java.util.ArrayList;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Runs schedules of more faults than can be run exhaustively, drawn by chance. The same seed draws the same ones.
final class RandomRuns {

    private final Function<Choices.Chooser, Run> runs;
    private final Tally tally;
    private final long seed;
    private final int maxFaults;

    RandomRuns(Function<Choices.Chooser, Run> runs, Tally tally, long seed, int maxFaults) {
        this.runs = runs;
        this.tally = tally;
        this.seed = seed;
        this.maxFaults = maxFaults;
    }

    void explore(BooleanSupplier goOn) {
        var points = (int) runs.apply(Schedule.FAULTLESS).taken().stream()
                .filter(each -> each.point().options().getLast().cost() > 0)
                .count();
        var random = new Random(seed);
        while (goOn.getAsBoolean() && !tally.enough()) {
            tally.add(runs.apply(new Dice(new Random(random.nextLong()), points)));
        }
    }

    /// Draws how many faults there shall be, and then lets each point have one with the chance that makes about so
    /// many.
    private final class Dice implements Choices.Chooser {

        private final Random random;
        private final double chance;
        private int left;

        Dice(Random random, int points) {
            this.random = random;
            this.left = 1 + random.nextInt(maxFaults);
            this.chance = Math.min(0.5, (double) left / Math.max(1, points));
        }

        @Override
        public int choose(Choices.Point point) {
            var free = new ArrayList<Integer>();
            var faults = new ArrayList<Integer>();
            for (int i = 0; i < point.options().size(); i++) {
                (point.options().get(i).cost() == 0 ? free : faults).add(i);
            }
            if (!faults.isEmpty() && left > 0 && random.nextDouble() < chance) {
                left--;
                return faults.get(random.nextInt(faults.size()));
            }
            return free.get(random.nextInt(free.size()));
        }
    }
}
