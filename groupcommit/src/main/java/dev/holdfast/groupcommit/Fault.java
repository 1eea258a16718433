package dev.holdfast.groupcommit;

import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;

/// What a failed transaction means for its batch, by the SQLSTATE the server gave. The codes are those of
/// PostgreSQL's documentation, appendix A "PostgreSQL Error Codes".
enum Fault {

    /// Some request's data is refused (classes 22 and 23), or is more than the server can take (54001: a document
    /// nested too deep; 54011, 54023: too many columns or arguments): find it, let the others through. The rest of
    /// class 54 is also what a server says that is at its own limits.
    DATA,

    /// Two transactions got into each other's way (40001, 40P01, 55P03): the same batch may pass the next time.
    CONTENTION,

    /// The server ended the transaction or cancelled its statement because it took too long (57014, 25P03, 25P04):
    /// the same batch would take as long again, a smaller one takes less. 57014 is also what an operator's cancel
    /// looks like; the batch then lets go of everything as asked, and goes on in halves.
    TIMEOUT,

    /// A prepared statement does not fit the schema any more (0A000 "cached plan must not change result type"), or
    /// is gone (26000): the driver would send it again for ever, a new connection prepares it anew.
    STALE_PLAN,

    /// The connection, the server or its resources are gone (classes 08, 53, 57, 58, XX), or the server has become
    /// a read-only standby (25006).
    UNAVAILABLE,

    /// A mistake in the statements or in the batch function. Trying again would not help.
    DEFECT;

    private static final String IN_FAILED_TRANSACTION = "25P02";
    private static final String COMPLETION_UNKNOWN = "40003";
    private static final Set<String> CONTENDED = Set.of("40001", "40P01", "55P03");
    private static final Set<String> STALE = Set.of("0A000", "26000");
    private static final Set<String> TOO_MUCH = Set.of("54001", "54011", "54023");
    private static final Set<String> TOO_LONG = Set.of("57014", "25P03", "25P04");
    private static final String INTERVENTION = "57";
    private static final String READ_ONLY = "25006";
    private static final int CAUSES_LOOKED_AT = 20;

    static Fault of(Throwable failure) {
        var state = stateOf(failure);
        if (state.length() != 5) {
            return DEFECT;
        }
        if (TOO_LONG.contains(state)) {
            return TIMEOUT;
        }
        if (TOO_MUCH.contains(state)) {
            return DATA;
        }
        return switch (state.substring(0, 2)) {
            case "22", "23" -> DATA;
            case "08", "53", "57", "58", "XX" -> UNAVAILABLE;
            default -> single(state);
        };
    }

    /// Whether the server itself can have ended the transaction with this answer to COMMIT, so that an answer is
    /// what it is, and not a lost connection put into words by the driver.
    static boolean isServersAnswer(Throwable failure) {
        var state = stateOf(failure);
        return state.length() == 5 && !state.startsWith("08") && !state.equals(COMPLETION_UNKNOWN);
    }

    /// Whether the server itself says that it refuses what it was sent, and not the driver, nor anybody who had it
    /// cancelled or ended. Refused once: a second error that follows tells of a BEGIN that failed before.
    static boolean isRefusal(Throwable failure) {
        var told = serversWord(failure);
        return told != null
                && told.getNextException() == null
                && isServersAnswer(failure)
                && !stateOf(failure).startsWith(INTERVENTION)
                && of(failure) != TIMEOUT;
    }

    /// Whether this is the server's word, however wrapped, and not the driver's.
    static boolean isOfServer(Throwable failure) {
        return serversWord(failure) != null;
    }

    private static PSQLException serversWord(Throwable failure) {
        var cause = failure;
        for (int i = 0; cause != null && i < CAUSES_LOOKED_AT; i++, cause = cause.getCause()) {
            if (cause instanceof PSQLException thrown && thrown.getServerErrorMessage() != null) {
                return thrown;
            }
        }
        return null;
    }

    private static Fault single(String state) {
        if (CONTENDED.contains(state)) {
            return CONTENTION;
        }
        if (STALE.contains(state)) {
            return STALE_PLAN;
        }
        return state.equals(READ_ONLY) ? UNAVAILABLE : DEFECT;
    }

    /// The first SQLSTATE among the causes that says something. A batch function often cannot throw an SQLException
    /// where it meets one (in a lambda) and wraps it; and 25P02, "the transaction is aborted", only says that an
    /// error came before, which the driver gives as the cause.
    private static String stateOf(Throwable failure) {
        var state = "";
        var cause = failure;
        for (int i = 0; cause != null && i < CAUSES_LOOKED_AT; i++, cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                state = sql.getSQLState();
                if (!state.equals(IN_FAILED_TRANSACTION)) {
                    return state;
                }
            }
        }
        return state;
    }
}
