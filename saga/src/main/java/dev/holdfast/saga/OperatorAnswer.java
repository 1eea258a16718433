package dev.holdfast.saga;

/// What became of an operator's request.
public sealed interface OperatorAnswer {

    /// It is done and kept in `saga_audit`.
    record Accepted() implements OperatorAnswer {}

    /// There was nothing to do it to.
    ///
    /// @param why for the operator
    record NotPossible(String why) implements OperatorAnswer {}
}
