package dev.holdfast.saga;

/// Where a saga's history goes. The engine's is the database; one of another kind lets a saga run without.
interface SagaLog {

    /// Returns when everything in the command is durable, however long that takes.
    ///
    /// @throws StoppedException it cannot be, or must not be, recorded here any more
    void append(Command.Append append);

    /// Whether sagas should stop before their next act.
    boolean stopped();
}
