package dev.holdfast.saga.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What happened in one run, for people.
final class Story {

    private static final int MOST_LINES = 60;
    private static final int LAST_LINES = 10;

    private final List<String> lines = new ArrayList<>();
    private int number;

    /// A line that begins with a space explains the one after it.
    void tell(String line) {
        lines.add(line.startsWith(" ") ? "   " + line : "%2d. %s".formatted(++number, line));
    }

    /// Without its middle where it is long: a saga that does not end goes on in the same way.
    List<String> lines() {
        if (lines.size() <= MOST_LINES) {
            return List.copyOf(lines);
        }
        var shortened = new ArrayList<>(lines.subList(0, MOST_LINES - LAST_LINES));
        shortened.add("    … and so on, %d lines …".formatted(lines.size() - MOST_LINES));
        shortened.addAll(lines.subList(lines.size() - LAST_LINES, lines.size()));
        return shortened;
    }

    static String lasting(Duration duration) {
        if (duration.toMillis() < 1000) {
            return duration.toMillis() + " ms";
        }
        if (duration.toMinutes() < 2) {
            return "%.1f s".formatted(duration.toMillis() / 1000.0);
        }
        return duration.toHours() < 3 ? duration.toMinutes() + " min" : duration.toHours() + " h";
    }
}
