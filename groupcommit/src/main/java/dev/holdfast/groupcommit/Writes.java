package dev.holdfast.groupcommit;

import java.sql.Connection;
import java.sql.SQLException;

/// The statements of a transaction that nobody waits for.
///
/// Each statement that a batch function runs itself is a round trip, and so is COMMIT. For a few requests these
/// round trips are most of the time they take. So what a function need not know to go on it gives here: in a
/// transaction of few requests such statements are kept until the function asks the database something, or is done,
/// and then sent together, at the end with COMMIT: one round trip. They are run in the order they were given and
/// before anything that is prepared after them. In a transaction of many requests they are run as they come: there
/// a round trip is shared by many, and nothing is gained.
///
/// So an error of theirs comes late: out of a later statement, or after the function has returned. Who has to do
/// something about it says so with the statement ([Write#told]).
public sealed interface Writes permits Flight, AtOnce {

    /// Those of the transaction that a lane has begun on this connection. On any other connection they are run as
    /// they come, and what is to be done after the commit is done at once.
    static Writes of(Connection db) throws SQLException {
        return db.isWrapperFor(LaneConnection.class)
                ? db.unwrap(LaneConnection.class).writes()
                : new AtOnce(db);
    }

    void add(Write write) throws SQLException;

    /// Runs this after the transaction was committed; never, if it was not, or if nobody knows. Not the place for
    /// anything that must happen: the process may die in between.
    void whenCommitted(Runnable task);
}
