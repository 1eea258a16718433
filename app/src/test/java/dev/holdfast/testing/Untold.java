package dev.holdfast.testing;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.Outbox;
import java.sql.Connection;
import java.util.List;

/// An outbox for tests that look at what services keep and not at what they tell.
public record Untold(String source) implements Outbox {

    @Override
    public void append(Connection db, List<Event> events) {
        // Nobody listens.
    }
}
