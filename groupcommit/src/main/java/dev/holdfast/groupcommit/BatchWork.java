package dev.holdfast.groupcommit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// What a lane does with the requests it has gathered: one function from a list of requests to a list of results,
/// run inside one transaction. One request is a list of one; there is no second code path.
///
/// The function may be run again with the same requests, after a rollback or after a commit whose answer was lost.
/// So it must be idempotent by keys of its own (claim first: insert the key's row, on conflict read what is
/// recorded).
///
/// @param <Q> a request
/// @param <R> its result
@FunctionalInterface
public interface BatchWork<Q, R> {

    /// @param db the lane's connection, inside a transaction; neither commit, nor roll back, nor close it. What
    ///     need not be waited for goes to [Writes]
    /// @param requests at least one, in the order they came
    /// @return one result per request, in the same order
    /// @throws SQLException whatever the statements threw; the lane decides by its SQLSTATE what happens next
    List<R> run(Connection db, List<Q> requests) throws SQLException;
}
