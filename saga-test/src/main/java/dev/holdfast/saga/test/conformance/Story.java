package dev.holdfast.saga.test.conformance;

import java.util.ArrayList;
import java.util.List;

/// What happened in a check, in order. Written by several threads in a race, then in the order the answers came.
final class Story {

    private final List<String> lines = new ArrayList<>();

    synchronized void tell(String line) {
        lines.add(line);
    }

    synchronized String text() {
        var text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append("%n  %2d. %s".formatted(i + 1, lines.get(i)));
        }
        return text.toString();
    }
}
