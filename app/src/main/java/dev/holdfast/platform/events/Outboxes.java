package dev.holdfast.platform.events;

import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Opens the outbox of a service: `outboxes.of(databases.of("orders"))` in the service's configuration is all it
/// takes. What is opened here is emptied by [EventDelivery].
public final class Outboxes {

    private final EventSettings settings;
    private final List<JdbcOutbox> opened = new ArrayList<>();

    public Outboxes(EventSettings settings) {
        this.settings = settings;
    }

    /// Creates the outbox's tables in the schema of the service if they are not there, with the partition of this
    /// hour and the next ones, and brings the service's own tables up to date first. Safe to repeat, and on several
    /// nodes at once. Events carry the source `/{schema}`.
    ///
    /// @throws IllegalStateException the database refuses or cannot be reached
    public synchronized Outbox of(ServiceDatabase database) {
        for (var outbox : opened) {
            if (outbox.database().schema().equals(database.schema())) {
                return outbox;
            }
        }
        EventTables.createOutbox(database);
        try {
            new OutboxPartitions(database, settings).rotate();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot prepare the outbox of " + database.schema(), e);
        }
        var outbox = new JdbcOutbox(database, new Bell());
        opened.add(outbox);
        return outbox;
    }

    synchronized List<JdbcOutbox> opened() {
        return List.copyOf(opened);
    }
}
