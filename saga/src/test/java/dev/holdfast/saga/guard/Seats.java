package dev.holdfast.saga.guard;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A participant that has nothing but the guard to know its calls by: it adds rows of seats, and would add one for
/// every call.
final class Seats {

    static final String SCHEMA = "seats";

    final TestPostgres postgres = TestPostgres.empty();
    final ParticipantGuard guard = ParticipantGuard.inSchema(SCHEMA, ParticipantGuard.KEPT);

    Seats() {
        postgres.execute("CREATE SCHEMA seats; CREATE TABLE seats.taken (who text)");
        inTransaction(db -> {
            ParticipantGuard.createTable(db, SCHEMA);
            return null;
        });
    }

    interface Work<R> {
        R run(Connection db) throws SQLException;
    }

    <R> R inTransaction(Work<R> work) {
        try (var db = postgres.dataSource().getConnection()) {
            db.setAutoCommit(false);
            var result = work.run(db);
            db.commit();
            return result;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getSQLState() + " " + e.getMessage(), e);
        }
    }

    static GuardedCall call(String key) {
        return new GuardedCall(key, 0, null);
    }

    static GuardedCall call(String key, int generation) {
        return new GuardedCall(key, generation, null);
    }

    static GuardedCall late(String key) {
        return new GuardedCall(key, 0, Instant.parse("2001-01-01T00:00:00Z"));
    }

    Outcome take(GuardedCall call) {
        return take(call, call.stepKey());
    }

    Outcome take(GuardedCall call, String who) {
        return inTransaction(db -> guard.once(db, call, who, () -> insert(db, who)));
    }

    Outcome refuse(GuardedCall call) {
        return inTransaction(
                db -> guard.once(db, call, call.stepKey(), () -> new Outcome.Refused("full", "no seat is left")));
    }

    Outcome giveBack(GuardedCall call) {
        return inTransaction(db -> guard.undo(db, call, effects -> delete(db, effects)));
    }

    Outcome insert(Connection db, String who) throws SQLException {
        try (var insert = db.prepareStatement("INSERT INTO seats.taken VALUES (?)")) {
            insert.setString(1, who);
            insert.executeUpdate();
        }
        return new Outcome.Done(Map.of("seat", who));
    }

    Outcome delete(Connection db, List<Effect> effects) throws SQLException {
        try (var delete = db.prepareStatement("DELETE FROM seats.taken WHERE who = ?")) {
            for (var effect : effects) {
                delete.setString(1, effect.facts().get("seat"));
                delete.executeUpdate();
            }
        }
        return Outcome.Done.done();
    }

    int taken() {
        return postgres.number("SELECT count(*) FROM seats.taken");
    }

    static String code(Outcome outcome) {
        return outcome instanceof Outcome.Refused(var code, var _) ? code : outcome.toString();
    }
}
