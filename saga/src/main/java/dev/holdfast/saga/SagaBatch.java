package dev.holdfast.saga;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.Write;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.groupcommit.WrongCountException;
import dev.holdfast.saga.Command.Append;
import dev.holdfast.saga.Command.Result;
import dev.holdfast.saga.Command.Start;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// One transaction of the engine: the commands of many sagas, by a number of statements that does not depend on how
/// many there are.
///
/// Running it again with the same commands after a lost COMMIT changes nothing and answers the same. Appends come
/// before starts, so a subject that is freed can be claimed in the same transaction.
final class SagaBatch implements BatchWork<Command, Result> {

    /// The fence: whoever takes this node's sagas over deletes the row, and waits for the transactions that hold
    /// it. KEY SHARE, because a plain read would not make anybody wait.
    private static final String FENCE = """
            SELECT
              FROM saga.saga_nodes
             WHERE node = ? AND epoch = ?
               AND backend_pid = pg_backend_pid()
               FOR KEY SHARE
            """;

    /// The same for the first transaction of a session, and the session's settings: the lane's connection is its
    /// own.
    ///
    /// The time limits, below half a lease, are for a node that freezes in a transaction: the database ends it, so
    /// that nobody who takes over waits for its locks. The limit of the whole is switched off first because one
    /// that the connection brought along would not be set anew.
    ///
    /// A single statement has less: what it waits for is a lock, and to be told so leaves no doubt about COMMIT,
    /// which goes out with it.
    ///
    /// Plans are made while tables are small and used when they are large: without these settings, a statement
    /// planned on an empty log would go on reading all of it. And one plan serves all: left to itself the server
    /// makes a new one for each small batch, which costs three times as much as running it.
    private static final String BEGIN_SESSION = """
            SELECT set_config('transaction_timeout', '0', false),
                   set_config('transaction_timeout', ?, false),
                   set_config('statement_timeout', ?, false),
                   set_config('idle_in_transaction_session_timeout', ?, false),
                   set_config('enable_seqscan', 'off', false),
                   set_config('enable_hashjoin', 'off', false),
                   set_config('enable_mergejoin', 'off', false),
                   set_config('plan_cache_mode', 'force_generic_plan', false),
                   set_config('jit', 'off', false)
              FROM saga.saga_nodes
             WHERE node = ? AND epoch = ?
               FOR KEY SHARE
            """;

    /// Tells whoever takes over which connection to end. Once per session: the fence sees whether it is done.
    private static final String NAME_CONNECTION = """
            UPDATE saga.saga_nodes
               SET backend_pid = pg_backend_pid(),
                   backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
             WHERE node = ? AND epoch = ?
            """;

    private static final String KEEP_AUDIT = """
            INSERT INTO saga.saga_audit (who, what, saga_id, why, at)
            SELECT r.who, r.what, r.saga_id, r.why, timestamptz 'epoch' + r.at * interval '1 microsecond'
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[]) AS r(who, what, saga_id, why, at)
                ON CONFLICT ON CONSTRAINT saga_audit_deed_once DO NOTHING
            """;

    private static final String DUPLICATE = "23505";
    private static final String RUN_AGAIN = "40001";
    private static final int CAREFUL_RUNS = 64;

    private final NodeId node;
    private final String limit;
    private final String statementLimit;
    /// The connection whose backend is on record. Asked for beside the number of the process, which another process
    /// may have had before a restart of the database.
    private Connection known;
    /// Counts the sessions of the database that this lane has had.
    private long session;
    /// For so many runs every append is asked about, because one met a row that it did not know of.
    private int careful;

    /// @param lease after which a node that does not move counts as dead
    SagaBatch(NodeId node, Duration lease) {
        this.node = node;
        this.limit = lease.toMillis() * 45 / 100 + "ms";
        this.statementLimit = lease.toMillis() * 35 / 100 + "ms";
    }

    @Override
    public List<Result> run(Connection db, List<Command> commands) throws SQLException {
        long before = session;
        if (!mayWrite(db)) {
            return commands.stream().<Result>map(command -> new Result.Fenced()).toList();
        }
        var starts = new ArrayList<Start>();
        var appends = new ArrayList<Append>();
        var others = new ArrayList<Command>();
        for (var command : commands) {
            switch (command) {
                case Start start -> starts.add(start);
                case Append append -> appends.add(append);
                case Command.Send _,
                        Command.PutDown _,
                        Command.PickUp _,
                        Command.Forbid _,
                        Command.Pause _,
                        Command.Park _,
                        Command.Claim _,
                        Command.Note _ -> others.add(command);
            }
        }
        Map<Command, Result> results = new IdentityHashMap<>();
        careful = Math.max(0, careful - 1);
        if (!appends.isEmpty()) {
            var written = write(db, appends, session != before || careful > 0);
            results.putAll(written.conflicts());
            new ChangeWrites(db, node).write(written.recorded());
        }
        if (!starts.isEmpty()) {
            results.putAll(new StartWrites(db, node).write(starts));
        }
        if (!others.isEmpty()) {
            results.putAll(rare(db, others));
        }
        return inOrder(commands, results);
    }

    /// @param asks whether nothing is known of any log. In a new session it is not, not even of new sagas: the
    ///     batch may be one whose COMMIT was lost
    private LogWrites.Written write(Connection db, List<Append> appends, boolean asks) throws SQLException {
        var known = asks
                ? List.<Append>of()
                : appends.stream().filter(this::isKnown).toList();
        var unknown = asks
                ? appends
                : appends.stream().filter(append -> !isKnown(append)).toList();
        return new LogWrites(db, node, this::orAsk).write(known, unknown);
    }

    /// What to throw for an error of rows that were added without asking.
    private SQLException orAsk(SQLException failure) {
        if (!DUPLICATE.equals(failure.getSQLState())) {
            return failure;
        }
        careful = CAREFUL_RUNS;
        return new SQLException("a row was thought to be new and may not be", RUN_AGAIN, failure);
    }

    /// Whether the log is surely not shorter than the append says.
    private boolean isKnown(Append append) {
        return append.session() == session || append.entries().getFirst().seq() == 1;
    }

    /// What a checkout that goes well has none of.
    private Map<Command, Result> rare(Connection db, List<Command> commands) throws SQLException {
        Map<Command, Result> results = new IdentityHashMap<>();
        var sends = new ArrayList<Command.Send>();
        var putDown = new ArrayList<Command.PutDown>();
        var audit = new ArrayList<Command.Audit>();
        var parks = new ArrayList<Command.Park>();
        var claims = new ArrayList<Command.Claim>();
        var waits = new WaitWrites(db, node);
        for (var command : commands) {
            switch (command) {
                case Command.Send send -> sends.add(send);
                case Command.PutDown put -> putDown.add(put);
                case Command.PickUp pick -> results.put(pick, new Result.PickedUp(waits.pickUp(pick.sagaIds())));
                case Command.Forbid forbid -> waits.forbid(forbid);
                case Command.Pause pause -> {
                    switch (waits.pause(pause)) {
                        case NEW -> audit.add(pause.audit());
                        case REPEATED -> {}
                        case REUSED -> results.put(pause, new Result.Answered(new StartAnswer.KeyReused("")));
                    }
                }
                case Command.Park park -> parks.add(park);
                case Command.Claim claim -> claims.add(claim);
                case Command.Note(var deed) -> audit.add(deed);
                case Start _, Append _ -> throw new IllegalArgumentException(command + " is written elsewhere");
            }
        }
        waits.putDown(putDown);
        send(db, sends, results, audit);
        keep(db, audit);
        var parked = new ParkedWrites(db, node);
        parked.claim(claims);
        parked.park(parks);
        return results;
    }

    private void send(Connection db, List<Command.Send> sends, Map<Command, Result> results, List<Command.Audit> audit)
            throws SQLException {
        if (sends.isEmpty()) {
            return;
        }
        var answers = new SignalWrites(db, node)
                .send(sends.stream().map(Command.Send::signal).toList());
        for (int i = 0; i < sends.size(); i++) {
            results.put(sends.get(i), answers.get(i));
            if (sends.get(i).audit() != null && isRecorded(answers.get(i))) {
                audit.add(sends.get(i).audit());
            }
        }
    }

    /// A repetition is no deed of its own. Run again after a lost COMMIT, the deed of the first run is there.
    private static boolean isRecorded(Result result) {
        return result instanceof Result.Sent(var answer, var _)
                && answer instanceof SignalAnswer.Recorded(var again)
                && !again;
    }

    /// @return false: the node is fenced off. In a session that is known the fence says so later, by an error
    private boolean mayWrite(Connection db) throws SQLException {
        if (db == known) {
            Writes.of(db)
                    .add(Write.of(FENCE, List.of(node.name(), node.epoch()))
                            .touching(1)
                            .telling(this::orLook));
            return true;
        }
        return beginSession(db);
    }

    private boolean beginSession(Connection db) throws SQLException {
        try (var statement = db.prepareStatement(BEGIN_SESSION)) {
            statement.setString(1, limit);
            statement.setString(2, statementLimit);
            statement.setString(3, limit);
            statement.setString(4, node.name());
            statement.setLong(5, node.epoch());
            try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return false;
                }
            }
        }
        nameConnection(db);
        session++;
        // Rolled back, the settings are gone and so is the name.
        Writes.of(db).whenCommitted(() -> known = db);
        return true;
    }

    /// What to throw for an error of the fence.
    private SQLException orLook(SQLException failure) {
        if (!(failure instanceof WrongCountException)) {
            return failure;
        }
        known = null;
        return new SQLException("the node's row is not as this lane knows it", RUN_AGAIN, failure);
    }

    private void nameConnection(Connection db) throws SQLException {
        try (var statement = db.prepareStatement(NAME_CONNECTION)) {
            statement.setString(1, node.name());
            statement.setLong(2, node.epoch());
            statement.executeUpdate();
        }
    }

    private List<Result> inOrder(List<Command> commands, Map<Command, Result> results) {
        var recorded = new Result.Recorded(session);
        return commands.stream()
                .map(command -> results.getOrDefault(command, recorded))
                .toList();
    }

    private static void keep(Connection db, List<Command.Audit> audit) throws SQLException {
        if (audit.isEmpty()) {
            return;
        }
        new RowSet<>(db, KEEP_AUDIT, audit)
                .texts(Command.Audit::who)
                .texts(Command.Audit::what)
                .texts(Command.Audit::sagaId)
                .texts(Command.Audit::why)
                .moments(Command.Audit::at)
                .run();
    }
}
