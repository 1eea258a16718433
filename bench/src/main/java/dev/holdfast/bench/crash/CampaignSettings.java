package dev.holdfast.bench.crash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// A campaign. Load and blows follow from the seed and a round's number alone, as far as timing allows, so that a
/// round can be run again by itself.
///
/// @param seed of everything that is drawn
/// @param fromRound number of the first round, 1 or more
/// @param rounds how many, 1 or more
/// @param clients customers at once, 1 to 1,000
/// @param freshEvery rounds on one data folder before the next gets a new one, 1 or more
/// @param blows what may be done, each once before any is done again
public record CampaignSettings(long seed, int fromRound, int rounds, int clients, int freshEvery, List<Blow> blows) {

    /// Everything that does harm.
    public static final List<Blow> ALL_BLOWS =
            Arrays.stream(Blow.values()).filter(blow -> blow != Blow.NOTHING).toList();

    private static final int MOST_CLIENTS = 1_000;

    public CampaignSettings {
        within("--from-round", fromRound, Integer.MAX_VALUE);
        within("--rounds", rounds, Integer.MAX_VALUE);
        within("--clients", clients, MOST_CLIENTS);
        within("--fresh-every", freshEvery, Integer.MAX_VALUE);
        if (blows.isEmpty()) {
            throw new IllegalArgumentException("--only must name at least one kind");
        }
        blows = List.copyOf(blows);
    }

    /// Shuffled anew each time all were dealt: after any number of rounds all were done about equally often.
    Blow blowOf(int round) {
        var deck = new ArrayList<>(blows);
        Collections.shuffle(deck, new Random(mixed((round - 1) / blows.size(), 1)));
        return deck.get((round - 1) % blows.size());
    }

    /// @param stream 0 for what is done to the shop, others for its customers
    Random randomOf(int round, int stream) {
        return new Random(mixed(round, stream + 2));
    }

    /// The command that runs one round of it by itself.
    String commandFor(int round) {
        return "./holdfast bench crash --seed=%d --from-round=%d --rounds=1 --clients=%d --only=%s"
                .formatted(seed, round, clients, blowOf(round).word());
    }

    /// Neighbouring seeds of [Random] begin alike; the multiplications (from splitmix64) part them.
    private long mixed(long round, long stream) {
        long mixed = seed * 0x9E3779B97F4A7C15L + round * 0xBF58476D1CE4E5B9L + stream * 0x94D049BB133111EBL;
        return (mixed ^ (mixed >>> 31)) * 0xBF58476D1CE4E5B9L;
    }

    private static void within(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    option + " must be 1 " + (most == Integer.MAX_VALUE ? "or more" : "to " + most) + ", not " + value);
        }
    }
}
