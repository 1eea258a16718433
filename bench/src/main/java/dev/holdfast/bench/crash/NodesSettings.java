package dev.holdfast.bench.crash;

import java.time.Duration;

/// A campaign on several nodes.
///
/// @param seed of the load and of what is done to whom, and when, as far as timing allows
/// @param nodes how many, 2 to 8
/// @param lasting how long there is load, 10 s to a day
/// @param clients customers at once, 1 to 4,000
/// @param restarts how often PostgreSQL is killed and comes back, spread over the time; 0 to 100
/// @param inFlight sagas a node is to have in flight when it is struck, 0 to 2,000; 0 for as many as there happen
///     to be. With any, the provider is slow
public record NodesSettings(long seed, int nodes, Duration lasting, int clients, int restarts, int inFlight) {

    private static final int MOST_NODES = 8;
    private static final int MOST_CLIENTS = 4_000;
    private static final int MOST_RESTARTS = 100;
    private static final int MOST_IN_FLIGHT = 2_000;
    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofDays(1);

    public NodesSettings {
        within("--nodes", nodes, 2, MOST_NODES);
        within("--clients", clients, 1, MOST_CLIENTS);
        within("--restarts", restarts, 0, MOST_RESTARTS);
        within("--in-flight", inFlight, 0, MOST_IN_FLIGHT);
        if (lasting.compareTo(SHORTEST) < 0 || lasting.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("the load must last 10 s to a day, not " + lasting);
        }
    }

    private static void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + " must be " + least + " to " + most + ", not " + value);
        }
    }
}
