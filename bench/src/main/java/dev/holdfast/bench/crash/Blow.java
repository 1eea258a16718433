package dev.holdfast.bench.crash;

import java.util.Arrays;
import java.util.Locale;

/// What is done to a shop under load.
public enum Blow {
    SERVER("the server is killed"),
    SERVER_TWICE("the server is killed, and killed again while it starts"),
    POSTGRES("PostgreSQL is killed, the postmaster and all its backends"),
    POSTMASTER("the postmaster is killed, its backends live on as orphans"),
    BACKEND("one backend of PostgreSQL is killed, and PostgreSQL restarts itself"),
    BOTH("the server and PostgreSQL are killed together"),
    CONNECTIONS("connections are cut, in their COMMIT where one is seen"),
    FROZEN_SERVER("the server is frozen for some seconds"),
    FROZEN_POSTGRES("PostgreSQL is frozen for some seconds"),
    NOTHING("nothing is done, for comparison");

    private final String words;

    Blow(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }

    /// As it is written on the command line: `frozen-server`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @throws IllegalArgumentException with the words there are
    public static Blow of(String word) {
        return Arrays.stream(values())
                .filter(blow -> blow.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + word + "' is none of "
                        + Arrays.stream(values()).map(Blow::word).toList()));
    }
}
