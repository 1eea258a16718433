package dev.holdfast.saga.guard;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.guard.StepRows.Answered;
import dev.holdfast.saga.guard.StepRows.Free;
import dev.holdfast.saga.guard.StepRows.Open;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;

/// What a participant promises to sagas, for effects in its own database:
///
/// * the same key twice has one effect and one answer, also when the answer was a refusal; another request under
///   the key is an error;
/// * an undo that comes first is remembered, and what it undoes is refused when it comes;
/// * to undo nothing, and to undo twice, succeeds; of an action and its undo at the same time, the undo remains;
/// * an action later than its `not_after`, by the database's clock, is refused;
/// * one undo covers every generation of the step's request.
///
/// ```java
/// var outcome = guard.once(db, GuardedCall.of(call), hashOf(request), () -> book(db, request));
/// db.commit();
/// ```
///
/// **All of it is one transaction, the caller's.** The guard claims the key, then lets the work run, then writes
/// its answer; it neither commits nor rolls back nor catches anything. So a process that dies before the commit
/// leaves nothing, and one that dies after it has left effect and answer both. An exception has to end in a
/// rollback. If it is committed all the same, the key stays open and every later call of the step says so
/// ([OpenCallException]): nothing is done a second time by mistake.
///
/// **Claim first.** Whatever the step depends on has to be read by the work, behind the claim; what was read before
/// may have been changed by the very attempt that is repeated now.
///
/// **Isolation.** Right under READ COMMITTED, the default, where a second call of the same step waits for the
/// first; a `lock_timeout` bounds that. Right under REPEATABLE READ and SERIALIZABLE too, where the second may fail
/// instead. After SQLSTATE 40001 (also thrown by the guard itself) or 40P01 (a deadlock, when one transaction works
/// for several steps) roll back and repeat the transaction under the same key; after 55P03 and 57014 report
/// [Outcome.Failed]. When the commit itself fails, nobody knows: report [Outcome.Unclear] and the repetition finds
/// out.
///
/// **Several calls in one transaction** are welcome: a batch shares its commit. Order them by step key, or be ready
/// for 40P01.
///
/// A guard has no state and can be used by any number of threads.
public final class ParticipantGuard {

    /// For sagas that end within days, and dead letters that a person has looked at within a quarter of a year.
    public static final Duration KEPT = Duration.ofDays(90);

    private static final Duration LONGEST_KEPT = Duration.ofDays(3_650);
    private static final int PRUNED_AT_ONCE = 10_000;

    private final GuardTable table;

    private ParticipantGuard(GuardTable table) {
        this.table = table;
    }

    /// @param schema the participant's, in which [#createTable] was run
    /// @param kept how long an answer or an undo is remembered after it was given, or after the action's deadline
    ///     if that is later; 1 minute to 10 years, default [#KEPT]. It must be longer than any saga lives, from its
    ///     start to its last undo: what is forgotten can be done a second time, and is taken for nothing to undo.
    ///     Also longer than the longest `validFor` of the steps that come here. Open calls are never forgotten.
    public static ParticipantGuard inSchema(String schema, Duration kept) {
        return new ParticipantGuard(table(schema, kept));
    }

    static GuardTable table(String schema, Duration kept) {
        if (kept.compareTo(Duration.ofMinutes(1)) < 0 || kept.compareTo(LONGEST_KEPT) > 0) {
            throw new IllegalArgumentException("answers are kept for 1 minute to 10 years, not for " + kept);
        }
        return new GuardTable(checked(schema), kept);
    }

    /// The statements that create the table `{schema}.saga_guard_keys` where it is missing, for a migration.
    public static String tableIn(String schema) {
        try (var in = ParticipantGuard.class.getResourceAsStream("guard.sql")) {
            if (in == null) {
                throw new IllegalStateException("guard.sql is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("${schema}", checked(schema));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Creates the table where it is missing; the schema must be there. Any number of nodes may do so at once.
    public static void createTable(Connection db, String schema) throws SQLException {
        try (var statement = db.createStatement()) {
            // In one string, hence in one transaction also without BEGIN: two that create at once would collide.
            statement.execute("SELECT pg_advisory_xact_lock(7164732407);\n" + tableIn(schema));
        }
    }

    /// Does the work once: now, or at no time if it was done, refused, undone before, or is late.
    ///
    /// @param requestHash tells two requests under one key apart, up to 200 characters; of what is asked only,
    ///     never of the attempt or the deadline, which differ between repetitions
    /// @param work called after the key was claimed, at most once, on this thread
    /// @return what the work answered, now or the first time; or [Outcome.Refused] `undone`, `too-late` or
    ///     `superseded`. Not to be reported before the transaction is committed
    /// @throws RequestMismatchException the key stands for another request
    /// @throws OpenCallException an earlier call is begun and has no answer
    /// @throws IllegalStateException the connection commits by itself, or the work says that it does not know
    /// @throws SQLException from the database or from the work; roll back
    public Outcome once(Connection db, GuardedCall call, String requestHash, GuardedWork work) throws SQLException {
        checkTransaction(db);
        checkHash(requestHash);
        var rows = table.forAction(db, call, requestHash);
        return switch (rows.standing(call, requestHash)) {
            case Open _ -> throw new OpenCallException(call.key());
            case Answered(var outcome, boolean recorded) -> {
                if (!recorded) {
                    table.answer(db, call, requestHash, outcome);
                }
                yield outcome;
            }
            case Free _ -> {
                table.open(db, call, requestHash, rows);
                var outcome = certain(call, work.run());
                table.answer(db, call, requestHash, outcome);
                yield outcome;
            }
        };
    }

    /// Takes back whatever the step has done, and lets it do nothing more.
    ///
    /// @param call of the undo
    /// @param work called only when there is something to take back, on this thread
    /// @return [Outcome.Done]: nothing of the step is left and nothing will come; else what the work answered.
    ///     Not to be reported before the transaction is committed
    /// @throws OpenCallException a call of the step is begun and has no answer
    /// @throws IllegalStateException the connection commits by itself
    /// @throws SQLException from the database or from the work; roll back
    public Outcome undo(Connection db, GuardedCall call, UndoWork work) throws SQLException {
        checkTransaction(db);
        var rows = table.forUndo(db, call);
        if (rows == null) {
            return Outcome.Done.done();
        }
        if (!rows.open().isEmpty()) {
            throw new OpenCallException(rows.open().getFirst().key());
        }
        if (!rows.effects().isEmpty()) {
            var outcome = Objects.requireNonNull(work.run(rows.effects()), "an undo answers with an outcome");
            if (!(outcome instanceof Outcome.Done)) {
                return outcome;
            }
            for (var effect : rows.effects()) {
                table.takeBack(db, effect.call());
            }
        }
        if (!rows.undone()) {
            table.markUndone(db, call.stepKey());
        }
        return Outcome.Done.done();
    }

    /// Forgets steps whose time is over, as many as given at most. To be repeated until it answers less than that,
    /// each time in a transaction of its own. Any number of nodes may do so at once.
    ///
    /// @param most 1 to 10,000
    /// @return how many steps went
    public int prune(Connection db, int most) throws SQLException {
        if (most < 1 || most > PRUNED_AT_ONCE) {
            throw new IllegalArgumentException("1 to 10,000 steps are forgotten at once, not " + most);
        }
        return table.prune(db, most);
    }

    private static Outcome certain(GuardedCall call, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done _, Outcome.Refused _, Outcome.Failed _ -> outcome;
            case Outcome.Unclear _, Outcome.Waiting _ ->
                throw new IllegalStateException("the work of '" + call.key() + "' answered " + outcome
                        + "; in a transaction the effect is certain. Roll back; for calls to somebody else there is"
                        + " ProviderGuard");
            case null -> throw new NullPointerException("the work of '" + call.key() + "' answered nothing; roll back");
        };
    }

    /// Without a transaction the claim would be over before the work begins.
    static void checkTransaction(Connection db) throws SQLException {
        if (db.getAutoCommit()) {
            throw new IllegalStateException("the connection commits by itself; call setAutoCommit(false) first, because"
                    + " claim, work and answer must be one transaction");
        }
    }

    static void checkHash(String requestHash) {
        if (requestHash == null || requestHash.isBlank() || requestHash.length() > 200) {
            throw new IllegalArgumentException("a request's hash has 1 to 200 characters, not '" + requestHash + "'");
        }
    }

    private static String checked(String schema) {
        if (schema == null || !schema.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException(
                    "a schema is 1 to 63 lower case letters, digits and '_', not '" + schema + "'");
        }
        return schema;
    }
}
