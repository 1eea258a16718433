package dev.holdfast.saga.test.conformance;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.guard.GuardedCall;
import dev.holdfast.saga.guard.ParticipantGuard;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/// A participant with the guard on a real database, and nothing else that would know a call from its repetition.
final class GuardedSeats implements ParticipantUnderTest<GuardedSeats.Booking> {

    /// @param row whose seats
    record Booking(String row, int seats) {}

    private enum Death {
        NEVER,
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    private interface Work {
        Outcome run(Connection db) throws SQLException;
    }

    private final DataSource database;
    private final AtomicReference<Death> next = new AtomicReference<>(Death.NEVER);
    private ParticipantGuard guard = ParticipantGuard.inSchema("seats", ParticipantGuard.KEPT);

    GuardedSeats(EmbeddedPostgres postgres) throws SQLException {
        database = postgres.getPostgresDatabase();
        try (var db = database.getConnection();
                var statement = db.createStatement()) {
            statement.execute("""
                    CREATE SCHEMA seats;
                    CREATE TABLE seats.rows (row text PRIMARY KEY, free int NOT NULL, taken int NOT NULL);
                    """);
            ParticipantGuard.createTable(db, "seats");
        }
    }

    @Override
    public String name() {
        return "seats behind the guard";
    }

    @Override
    public Booking request(String sagaId) throws SQLException {
        open(sagaId, 9);
        return new Booking(sagaId, 2);
    }

    @Override
    public Outcome act(Booking request, StepCall call) throws SQLException {
        return inTransaction(db -> guard.once(db, GuardedCall.of(call), request.toString(), () -> take(db, request)));
    }

    @Override
    public Outcome undo(Booking request, StepCall call) throws SQLException {
        return inTransaction(db -> guard.undo(db, GuardedCall.of(call), effects -> {
            for (var effect : effects) {
                move(db, request.row(), -Integer.parseInt(effect.facts().get("seats")));
            }
            return Outcome.Done.done();
        }));
    }

    /// Of two seats each.
    @Override
    public int effects(Booking request) throws SQLException {
        try (var db = database.getConnection();
                var statement = db.prepareStatement("SELECT taken FROM seats.rows WHERE row = ?")) {
            statement.setString(1, request.row());
            try (var result = statement.executeQuery()) {
                result.next();
                int taken = result.getInt(1);
                return taken % 2 == 0 ? taken / 2 : taken;
            }
        }
    }

    @Override
    public Optional<Booking> another(Booking request) {
        return Optional.of(new Booking(request.row(), 3));
    }

    @Override
    public Optional<Refusal<Booking>> refusal(String sagaId) throws SQLException {
        open(sagaId, 1);
        return Optional.of(new Refusal<>(new Booking(sagaId, 2), () -> open(sagaId, 9)));
    }

    @Override
    public boolean hasGenerations() {
        return true;
    }

    @Override
    public Optional<Happening> restart() {
        return Optional.of(() -> guard = ParticipantGuard.inSchema("seats", ParticipantGuard.KEPT));
    }

    @Override
    public Optional<Happening> deathBeforeCommit() {
        return Optional.of(() -> next.set(Death.BEFORE_COMMIT));
    }

    @Override
    public Optional<Happening> deathAfterCommit() {
        return Optional.of(() -> next.set(Death.AFTER_COMMIT));
    }

    private Outcome take(Connection db, Booking request) throws SQLException {
        return move(db, request.row(), request.seats())
                ? new Outcome.Done(Map.of("seats", String.valueOf(request.seats())))
                : new Outcome.Refused("full", "there are not " + request.seats() + " seats left");
    }

    private boolean move(Connection db, String row, int seats) throws SQLException {
        try (var update = db.prepareStatement("""
                UPDATE seats.rows SET free = free - ?, taken = taken + ? WHERE row = ? AND free >= ?
                """)) {
            update.setInt(1, seats);
            update.setInt(2, seats);
            update.setString(3, row);
            update.setInt(4, seats);
            return update.executeUpdate() == 1;
        }
    }

    private void open(String row, int free) throws SQLException {
        try (var db = database.getConnection();
                var insert = db.prepareStatement("INSERT INTO seats.rows VALUES (?, ?, 0)"
                        + " ON CONFLICT (row) DO UPDATE SET free = excluded.free")) {
            insert.setString(1, row);
            insert.setInt(2, free);
            insert.executeUpdate();
        }
    }

    private Outcome inTransaction(Work work) throws SQLException {
        var death = next.getAndSet(Death.NEVER);
        try (var db = database.getConnection()) {
            db.setAutoCommit(false);
            var outcome = work.run(db);
            if (death == Death.BEFORE_COMMIT) {
                db.abort(Runnable::run);
            }
            db.commit();
            if (death == Death.AFTER_COMMIT) {
                throw new SQLException("the connection was lost", "08006");
            }
            return outcome;
        }
    }
}
