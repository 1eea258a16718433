package dev.holdfast.saga;

import dev.holdfast.groupcommit.BatchWork;
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
    ///
    /// The time limits, below half a lease, are for a node that freezes in here: the database ends its transaction,
    /// so that nobody who takes over waits for its locks. The limit of the whole is switched off first because one
    /// that the connection brought along would not be set anew.
    ///
    /// The settings come along at no cost and end with the transaction. Plans are made while tables are small and
    /// used when they are large: without these, a statement planned on an empty log would go on reading all of it.
    /// And one plan serves all: left to itself the server makes a new one for each small batch, which costs three
    /// times as much as running it.
    private static final String FENCE = """
            SELECT backend_pid IS NOT DISTINCT FROM pg_backend_pid() AS named,
                   set_config('transaction_timeout', '0', true),
                   set_config('transaction_timeout', ?, true),
                   set_config('idle_in_transaction_session_timeout', ?, true),
                   set_config('enable_seqscan', 'off', true),
                   set_config('enable_hashjoin', 'off', true),
                   set_config('enable_mergejoin', 'off', true),
                   set_config('plan_cache_mode', 'force_generic_plan', true),
                   set_config('jit', 'off', true)
              FROM saga.saga_nodes
             WHERE node = ? AND epoch = ?
               FOR KEY SHARE
            """;

    /// Tells whoever takes over which connection to end. Once per connection: the fence sees whether it is done.
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

    private final NodeId node;
    private final String limit;
    /// The connection whose backend is on record. Asked for beside the number of the process, which another process
    /// may have had before a restart of the database.
    private Connection known;
    /// Counts the sessions of the database that this lane has had.
    private long session;

    /// @param lease after which a node that does not move counts as dead
    SagaBatch(NodeId node, Duration lease) {
        this.node = node;
        this.limit = lease.toMillis() * 45 / 100 + "ms";
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
        if (!appends.isEmpty()) {
            var written = write(db, appends, session != before || commands.size() == 1);
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
    ///     batch may be one whose COMMIT was lost. And an append that is alone may be the one that a larger batch
    ///     failed of
    private LogWrites.Written write(Connection db, List<Append> appends, boolean asks) throws SQLException {
        var known = asks
                ? List.<Append>of()
                : appends.stream().filter(this::isKnown).toList();
        var unknown = asks
                ? appends
                : appends.stream().filter(append -> !isKnown(append)).toList();
        return new LogWrites(db, node).write(known, unknown);
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

    private boolean mayWrite(Connection db) throws SQLException {
        try (var statement = db.prepareStatement(FENCE)) {
            statement.setString(1, limit);
            statement.setString(2, limit);
            statement.setString(3, node.name());
            statement.setLong(4, node.epoch());
            try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return false;
                }
                if (db != known || !rows.getBoolean("named")) {
                    nameConnection(db);
                    session++;
                }
                known = db;
                return true;
            }
        }
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
        try (var rows = new RowSet<>(db, KEEP_AUDIT, audit)) {
            rows.texts(Command.Audit::who)
                    .texts(Command.Audit::what)
                    .texts(Command.Audit::sagaId)
                    .texts(Command.Audit::why)
                    .moments(Command.Audit::at)
                    .update();
        }
    }
}
