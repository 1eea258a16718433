package dev.holdfast.saga;

import java.util.concurrent.Callable;

/// Binds the trace of a saga to the thread of an attempt, so that what the attempt logs, calls and tells of belongs
/// to the trace of whoever asked for the saga. The engine keeps the text and knows nothing of what is done with it.
@FunctionalInterface
public interface TraceBinding {

    /// Binds nothing.
    TraceBinding NONE = (traceparent, attempt) -> attempt.call();

    /// Makes the attempt. Must hand on what it returns and throws.
    ///
    /// @param traceparent as [StartRequest#traceparent()] had it, `null` for none
    Outcome call(String traceparent, Callable<Outcome> attempt) throws Exception;
}
