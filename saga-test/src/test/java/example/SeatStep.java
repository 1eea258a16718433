package example;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.guard.GuardedCall;
import dev.holdfast.saga.guard.ParticipantGuard;
import dev.holdfast.saga.test.conformance.ParticipantUnderTest;
import java.sql.SQLException;
import javax.sql.DataSource;

public class SeatStep implements ParticipantUnderTest<String> {

    private final DataSource database;
    private final ParticipantGuard guard = ParticipantGuard.inSchema("boarding", ParticipantGuard.KEPT);

    public SeatStep(DataSource database) throws SQLException {
        this.database = database;
        try (var db = database.getConnection();
                var statement = db.createStatement()) {
            statement.execute("CREATE SCHEMA boarding; CREATE TABLE boarding.seats (passenger text)");
            ParticipantGuard.createTable(db, "boarding");
        }
    }

    @Override
    public String name() {
        return "boarding";
    }

    /// Somebody nobody has booked for, so that this effect can be told from all others.
    @Override
    public String request(String sagaId) {
        return "passenger of " + sagaId;
    }

    @Override
    public Outcome act(String passenger, StepCall call) throws SQLException {
        try (var db = database.getConnection()) {
            db.setAutoCommit(false);
            var outcome = guard.once(db, GuardedCall.of(call), passenger, () -> {
                db.createStatement().execute("INSERT INTO boarding.seats VALUES ('" + passenger + "')");
                return Outcome.Done.done();
            });
            db.commit();
            return outcome;
        }
    }

    @Override
    public Outcome undo(String passenger, StepCall call) throws SQLException {
        try (var db = database.getConnection()) {
            db.setAutoCommit(false);
            var outcome = guard.undo(db, GuardedCall.of(call), effects -> {
                db.createStatement().execute("DELETE FROM boarding.seats WHERE passenger = '" + passenger + "'");
                return Outcome.Done.done();
            });
            db.commit();
            return outcome;
        }
    }

    /// Where the effect is, not what the participant says of it.
    @Override
    public int effects(String passenger) throws SQLException {
        try (var db = database.getConnection();
                var statement = db.createStatement();
                var rows = statement.executeQuery(
                        "SELECT count(*) FROM boarding.seats WHERE passenger = '" + passenger + "'")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
