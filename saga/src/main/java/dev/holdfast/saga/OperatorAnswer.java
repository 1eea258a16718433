package dev.holdfast.saga;

/// What became of an operator's request.
public sealed interface OperatorAnswer {

    /// It is done and kept in `saga_audit`.
    record Accepted() implements OperatorAnswer {}

    /// It is recorded and kept in `saga_audit`, and the saga has not taken it yet.
    ///
    /// @param why for the operator
    record Pending(String why) implements OperatorAnswer {}

    /// There was nothing to do it to.
    ///
    /// @param why for the operator
    record NotPossible(String why) implements OperatorAnswer {}

    /// The key stands for another deed of this operator. Nothing was done.
    record KeyReused() implements OperatorAnswer {}
}
