package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import javax.sql.DataSource;

/// Participants that keep their promises, in a table: one effect per key, the same answer again, no effect after an
/// undo. Which saga gets which answer follows from its number, so a test can say what must have become of it:
///
/// * every 5th is refused by the pivot,
/// * every 7th loses the answer to its first attempt at the hotel: the effect is there, nobody hears of it.
final class Books implements AutoCloseable {

    static final String TABLE = """
            CREATE TABLE effects (
                key   text PRIMARY KEY,
                state text NOT NULL,
                calls int  NOT NULL DEFAULT 1
            )
            """;

    private static final String DO = """
            INSERT INTO effects (key, state) VALUES (?, 'done')
                ON CONFLICT (key) DO UPDATE SET calls = effects.calls + 1
            RETURNING state
            """;

    private static final String UNDO = """
            INSERT INTO effects (key, state) VALUES (?, 'undone')
                ON CONFLICT (key) DO UPDATE SET state = 'undone', calls = effects.calls + 1
            RETURNING state
            """;

    private static final int CONNECTIONS = 6;

    private final BlockingQueue<Connection> connections = new ArrayBlockingQueue<>(CONNECTIONS);

    Books(DataSource dataSource) throws SQLException {
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(dataSource.getConnection());
        }
    }

    SagaDefinition<String> definition() {
        return new Trip()
                .when("seat", this::book)
                .when("hotel", this::bookHotel)
                .when("pay", this::pay)
                .when("ticket", this::book)
                .when("seat:undo", this::undo)
                .when("hotel:undo", this::undo)
                .definition();
    }

    static boolean isRefused(int number) {
        return number % 5 == 0;
    }

    private Outcome pay(String payload, StepCall call) throws Exception {
        return isRefused(Integer.parseInt(payload)) ? new Outcome.Refused("declined", "no money") : book(payload, call);
    }

    private Outcome bookHotel(String payload, StepCall call) throws Exception {
        var outcome = book(payload, call);
        return Integer.parseInt(payload) % 7 == 0 && call.attempt() == 0 ? new Outcome.Unclear("lost") : outcome;
    }

    private Outcome book(String payload, StepCall call) throws Exception {
        return write(DO, call.key()).equals("done")
                ? Outcome.Done.done()
                : new Outcome.Refused("undone", "it was undone before");
    }

    private Outcome undo(String payload, StepCall call) throws Exception {
        write(UNDO, call.doKey());
        return Outcome.Done.done();
    }

    private String write(String sql, String key) throws Exception {
        var db = connections.take();
        try (var statement = db.prepareStatement(sql)) {
            statement.setString(1, key);
            try (var rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        } finally {
            connections.add(db);
        }
    }

    @Override
    public void close() throws SQLException {
        for (var connection : connections) {
            connection.close();
        }
    }
}
