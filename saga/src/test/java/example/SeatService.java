package example;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.guard.GuardedCall;
import dev.holdfast.saga.guard.ParticipantGuard;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;

public class SeatService {

    private final DataSource database;
    private final ParticipantGuard guard = ParticipantGuard.inSchema("seats", ParticipantGuard.KEPT);

    public SeatService(DataSource database) throws SQLException {
        this.database = database;
        try (var db = database.getConnection();
                var statement = db.createStatement()) {
            statement.execute("CREATE SCHEMA seats; CREATE TABLE seats.flights (flight text PRIMARY KEY, free int)");
            statement.execute("INSERT INTO seats.flights VALUES ('HF1', 1)");
            ParticipantGuard.createTable(db, "seats");
        }
    }

    public Outcome take(String flight, StepCall call) throws SQLException {
        try (var db = database.getConnection()) {
            db.setAutoCommit(false);
            var outcome = guard.once(db, GuardedCall.of(call), flight, () -> move(db, flight, -1));
            db.commit();
            return outcome;
        }
    }

    public Outcome giveBack(StepCall call) throws SQLException {
        try (var db = database.getConnection()) {
            db.setAutoCommit(false);
            var outcome = guard.undo(db, GuardedCall.of(call), effects -> {
                for (var effect : effects) {
                    move(db, effect.facts().get("flight"), 1);
                }
                return Outcome.Done.done();
            });
            db.commit();
            return outcome;
        }
    }

    private static Outcome move(Connection db, String flight, int seats) throws SQLException {
        try (var update =
                db.prepareStatement("UPDATE seats.flights SET free = free + ? WHERE flight = ? AND free + ? >= 0")) {
            update.setInt(1, seats);
            update.setString(2, flight);
            update.setInt(3, seats);
            return update.executeUpdate() == 1
                    ? new Outcome.Done(Map.of("flight", flight))
                    : new Outcome.Refused("full", "no seat is left on " + flight);
        }
    }
}
