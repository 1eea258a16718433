package dev.holdfast.notification;

import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Writes down what is to be told to whom, in the transaction that records the event as seen. It sends nothing, so
/// no mail server can hold an event up.
final class Notifications implements EventConsumer, NotificationBooks {

    /// Any conflict means that it was written before: this event's message, or this order's failure mail.
    private static final String WRITE = """
            INSERT INTO notification.messages
                   (message_id, event_id, order_id, event_type, channel, recipient, subject, body)
            SELECT m.message_id, m.event_id, m.order_id, m.event_type, m.channel, m.recipient, m.subject, m.body
              FROM unnest(?, ?, ?, ?, ?, ?, ?, ?)
                   AS m (message_id, event_id, order_id, event_type, channel, recipient, subject, body)
             ORDER BY m.order_id, m.event_type
                ON CONFLICT DO NOTHING
            """;

    private static final String OF_ORDER = """
            SELECT message_id, event_id, order_id, event_type, channel, recipient, subject, body, created_at
              FROM notification.messages
             WHERE order_id = ?
             ORDER BY created_at, message_id
             LIMIT 200
            """;

    private static final String TOLD = """
            SELECT DISTINCT order_id, event_type
              FROM notification.messages
             WHERE order_id = ANY (?)
            """;

    private final ServiceDatabase database;

    Notifications(ServiceDatabase database) {
        this.database = database;
    }

    /// A message as an operator sees it.
    record Written(
            String messageId,
            String eventId,
            String orderId,
            String eventType,
            String channel,
            String recipient,
            String subject,
            String body,
            Instant createdAt) {}

    @Override
    public String name() {
        return "notification";
    }

    @Override
    public boolean wants(String type) {
        return Letters.tellsOf(type);
    }

    @Override
    public ServiceDatabase database() {
        return database;
    }

    @Override
    public void handle(Connection db, List<Event> events) throws SQLException {
        var columns = Columns.of("text", "text", "text", "text", "text", "text", "text", "text");
        for (var event : events) {
            for (var message : Letters.about(event)) {
                columns.add(
                        message.messageId(),
                        message.eventId(),
                        message.orderId(),
                        message.eventType(),
                        message.channel(),
                        message.recipient(),
                        message.subject(),
                        message.body());
            }
        }
        columns.run(db, WRITE);
    }

    @Override
    public Map<String, Set<String>> told(Collection<String> orderIds) throws SQLException {
        try (var db = database.pool().getConnection();
                var statement = db.prepareStatement(TOLD)) {
            statement.setArray(1, db.createArrayOf("text", orderIds.toArray()));
            var told = new HashMap<String, Set<String>>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    told.computeIfAbsent(rows.getString(1), order -> new HashSet<>())
                            .add(rows.getString(2));
                }
            }
            return told;
        }
    }

    /// What was written about an order, oldest first; at most 200.
    List<Written> ofOrder(String orderId) throws SQLException {
        try (var db = database.pool().getConnection();
                var statement = db.prepareStatement(OF_ORDER)) {
            statement.setString(1, orderId);
            var written = new ArrayList<Written>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    written.add(new Written(
                            rows.getString("message_id"),
                            rows.getString("event_id"),
                            rows.getString("order_id"),
                            rows.getString("event_type"),
                            rows.getString("channel"),
                            rows.getString("recipient"),
                            rows.getString("subject"),
                            rows.getString("body"),
                            rows.getObject("created_at", OffsetDateTime.class).toInstant()));
                }
            }
            return written;
        }
    }
}
