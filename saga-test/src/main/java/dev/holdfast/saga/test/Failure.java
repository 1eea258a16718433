package dev.holdfast.saga.test;

import java.util.List;

/// A schedule under which an invariant does not hold, shrunk: no fault of it can be left out.
///
/// @param schedule what to hand to [Explorer#replay]
/// @param broken the invariants, each with what is wrong
/// @param story what happened, line by line
public record Failure(String schedule, List<String> broken, List<String> story) {

    public Failure {
        broken = List.copyOf(broken);
        story = List.copyOf(story);
    }

    /// As a page of text.
    @Override
    public String toString() {
        return String.join("\n", story) + "\nschedule: " + (schedule.isEmpty() ? "(no fault)" : schedule) + "\n";
    }
}
