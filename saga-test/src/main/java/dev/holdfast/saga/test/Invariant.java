package dev.holdfast.saga.test;

import java.util.Optional;
import java.util.function.BiPredicate;

/// What must hold of a world once a saga has ended and everything has come to rest, whatever happened meanwhile.
///
/// @param <W> the world
@FunctionalInterface
public interface Invariant<W> {

    /// @return what is wrong, in words: `stock of X is held by nobody`; empty when all is well
    Optional<String> broken(W world, End end) throws Exception;

    /// One whose name says all there is to say when it is broken.
    static <W> Invariant<W> that(BiPredicate<W, End> holds) {
        return (world, end) -> holds.test(world, end) ? Optional.empty() : Optional.of("it does not hold");
    }
}
