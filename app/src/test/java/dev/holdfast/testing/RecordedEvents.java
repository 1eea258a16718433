package dev.holdfast.testing;

import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Outbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/// An outbox that keeps what was appended in a table of the test's database: what is read back here was committed
/// together with the change it tells of.
public final class RecordedEvents implements Outbox {

    private static final String APPEND = """
            INSERT INTO recorded_events (id, type, subject, sequence, data)
            SELECT id, type, subject, sequence, data
              FROM unnest(?, ?, ?, ?, ?) WITH ORDINALITY AS e(id, type, subject, sequence, data, place)
             ORDER BY place
            """;

    private final String source;
    private final JdbcClient jdbc;

    public RecordedEvents(TestDatabase database, String source) {
        this.source = source;
        this.jdbc = JdbcClient.create(database.dataSource());
        database.execute("""
                CREATE TABLE IF NOT EXISTS recorded_events (
                    position bigint GENERATED ALWAYS AS IDENTITY, id text, type text, subject text, sequence bigint,
                    data text)
                """);
    }

    @Override
    public void append(Connection db, List<Event> events) throws SQLException {
        var rows = Columns.of("text", "text", "text", "int8", "text");
        events.forEach(event -> rows.add(event.id(), event.type(), event.subject(), event.sequence(), event.data()));
        rows.run(db, APPEND);
    }

    @Override
    public String source() {
        return source;
    }

    public record Recorded(String id, String type, String subject, long sequence, String data) {}

    /// The events about a subject, in the order they were appended.
    public List<Recorded> about(String subject) {
        return jdbc.sql(
                        "SELECT id, type, subject, sequence, data FROM recorded_events WHERE subject = ? ORDER BY position")
                .param(subject)
                .query(Recorded.class)
                .list();
    }

    /// The types of the events about a subject, with their sequence: `OrderCreated 1`.
    public List<String> told(String subject) {
        return about(subject).stream()
                .map(event -> event.type() + " " + event.sequence())
                .toList();
    }
}
