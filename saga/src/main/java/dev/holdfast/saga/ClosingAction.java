package dev.holdfast.saga;

/// The last act of a saga: give the cart back, close it. It runs after everything is done or undone and before the
/// end is recorded, so whoever sees a saga ended sees this done too. Repeated until it returns, therefore
/// idempotent.
///
/// @param <P> what the saga carries
@FunctionalInterface
public interface ClosingAction<P> {

    /// @throws Exception it is repeated, after a pause
    void run(P payload, String sagaId, Ending ending) throws Exception;
}
