package dev.holdfast.saga.guard;

import dev.holdfast.saga.Outcome;
import java.sql.SQLException;

/// The business write of a step, in the transaction that has claimed its key.
@FunctionalInterface
public interface GuardedWork {

    /// @return [Outcome.Done] or [Outcome.Refused], which are remembered; [Outcome.Failed], which leaves the key
    ///     free. In a transaction of one's own nothing is unclear
    /// @throws SQLException the transaction has to be rolled back, which leaves nothing
    Outcome run() throws SQLException;
}
