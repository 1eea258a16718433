package dev.holdfast.platform;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// Something that reacts to events of other services. Delivery is at least once, in order per (source, subject);
/// the bus drops what this consumer has seen (its inbox, in the same transaction), so [#handle] sees each event
/// once.
public interface EventConsumer {

    /// Names the consumer's inbox; never changes.
    String name();

    /// Which event types it wants, by short name.
    boolean wants(String type);

    /// The database of the consumer; its inbox is kept there.
    ServiceDatabase database();

    /// Handles new events in one transaction, which the caller commits together with the inbox.
    void handle(Connection db, List<Event> events) throws SQLException;
}
