package dev.holdfast.groupcommit;

import dev.holdfast.groupcommit.Answer.Committed;
import java.util.List;

/// How one transaction ended.
///
/// @param <R> a request's result
sealed interface Outcome<R> {

    /// COMMIT was answered.
    record Done<R>(List<Committed<R>> answers, long workNanos, long commitNanos) implements Outcome<R> {}

    /// Surely not committed: COMMIT was never sent, or not run, or the server itself refused it.
    record RolledBack<R>(Throwable cause, Fault fault) implements Outcome<R> {}

    /// COMMIT was sent and not answered, or the server refused BEGIN and ran what went out with it.
    record Lost<R>(Throwable cause) implements Outcome<R> {}
}
