package dev.holdfast.saga.guard;

import dev.holdfast.saga.Outcome;
import java.sql.SQLException;
import java.util.List;

/// The business write that takes a step back, in the transaction that has locked its key.
@FunctionalInterface
public interface UndoWork {

    /// @param effects what there is to take back: one for each generation that was done, and never none
    /// @return [Outcome.Done]: taken back for good. Anything else changes nothing of what is remembered
    /// @throws SQLException the transaction has to be rolled back, which leaves nothing
    Outcome run(List<Effect> effects) throws SQLException;
}
