package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/// Changes of the tables beside writers that must not be held up.
///
/// A change needs a lock that shuts writers out, and a lock that is waited for makes every writer behind it wait
/// too. So it is waited for only as long as a writer may be made to wait; then the change is undone, the writers go
/// first, and it is tried again: a few times now, and at the next round otherwise. One change is one transaction,
/// so a process that dies within one has done nothing. One at a time among all nodes, by an advisory lock that ends
/// with the transaction.
final class ShortLocks {

    private static final int TRIES = 10;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

    /// `lock_not_available`, `deadlock_detected`: somebody uses the table, another time.
    private static final Set<String> IN_USE = Set.of("55P03", "40P01");

    /// Shorter than the time after which PostgreSQL looks for deadlocks, so that it is this transaction that gives
    /// way.
    private static final String WAIT_AT_MOST = "SET LOCAL lock_timeout = '50ms'";

    /// A node that freezes between two statements would keep what it has locked, and every other one wait for as
    /// long as that: the database ends such a transaction within half a lease, as it does those of the lane. A
    /// statement that works is not frozen: to look through or to drop a large table takes its time, and would never
    /// be done if it had no more than that. The limit of the whole is switched off first because one that runs
    /// already would not be set anew.
    private static final String END_WHEN_FROZEN = """
            SET LOCAL idle_in_transaction_session_timeout = %d;
            SET LOCAL transaction_timeout = 0;
            SET LOCAL transaction_timeout = '1min';
            SET LOCAL statement_timeout = 0
            """;

    private static final String ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(7164732406)";

    /// How a change went.
    enum Went {
        DONE,
        /// Another node changes the tables right now.
        ELSEWHERE,
        /// Writers did not let go of them.
        IN_USE
    }

    @FunctionalInterface
    interface Change {
        void make(Connection db) throws SQLException;
    }

    private final DataSource dataSource;
    private final Duration lease;

    /// @param lease of the nodes
    ShortLocks(DataSource dataSource, Duration lease) {
        this.dataSource = dataSource;
        this.lease = lease;
    }

    /// Must be the first in a transaction that locks what writers need.
    static void endWhenFrozen(Connection db, Duration lease) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(END_WHEN_FROZEN.formatted(lease.toMillis() * 45 / 100));
        }
    }

    /// @throws SagaStoreException with its cause, when it went wrong for another reason; nothing is changed then
    Went change(Change change) {
        for (int tries = 1; ; tries++) {
            try {
                return Database.inTransaction(dataSource, db -> attempt(db, change));
            } catch (SagaStoreException e) {
                if (!IN_USE.contains(stateOf(e))) {
                    throw e;
                }
                if (tries == TRIES || Thread.currentThread().isInterrupted()) {
                    return Went.IN_USE;
                }
                LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
            }
        }
    }

    /// The state that PostgreSQL gave as the reason, or an empty text.
    static String stateOf(SagaStoreException e) {
        return e.getCause() instanceof SQLException cause && cause.getSQLState() != null ? cause.getSQLState() : "";
    }

    private Went attempt(Connection db, Change change) throws SQLException {
        endWhenFrozen(db, lease);
        try (var statement = db.createStatement()) {
            statement.execute(WAIT_AT_MOST);
            try (var rows = statement.executeQuery(ONE_AT_A_TIME)) {
                rows.next();
                if (!rows.getBoolean(1)) {
                    return Went.ELSEWHERE;
                }
            }
        }
        change.make(db);
        return Went.DONE;
    }
}
