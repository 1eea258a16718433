package dev.holdfast.platform;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// The outbox of one service: events are rows written in the transaction of the change they tell of, and leave
/// afterwards.
///
/// Usage in a batch: `outbox.append(db, events)` as the last statement before the lane commits.
public interface Outbox {

    /// Appends in the given order. Sequences are the caller's: counted per order on the row it has locked.
    void append(Connection db, List<Event> events) throws SQLException;

    /// The source of this outbox's events, `/orders`.
    String source();
}
