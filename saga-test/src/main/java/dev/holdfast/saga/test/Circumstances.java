package dev.holdfast.saga.test;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

/// What a world is given of the run it is made for: its time, and faults of its own.
public final class Circumstances {

    private final VirtualTime time;
    private final Choices choices;
    private final Story story;

    Circumstances(VirtualTime time, Choices choices, Story story) {
        this.time = time;
        this.choices = choices;
        this.story = story;
    }

    /// The virtual time. Participants that compare `notAfter` or let something expire must read it here.
    public Clock clock() {
        return time.clock();
    }

    /// Asks whether something goes wrong at this point of a participant: its process dies between two writes, its
    /// provider does not answer. It does in some schedules, and counts as one fault there.
    ///
    /// @param what as a story tells it: `the provider's reply is lost`
    public boolean happens(String what) {
        var happens = choices.choose(what, List.of(Option.free("no"), Option.fault("yes"))) == 1;
        if (happens) {
            story.tell("  " + what);
        }
        return happens;
    }

    /// Lets time pass inside of a participant.
    public void pass(Duration duration) {
        time.pass(duration);
    }

    /// Adds a line to the story: what a participant did, where that explains more than its answer.
    public void note(String line) {
        story.tell("  " + line);
    }
}
