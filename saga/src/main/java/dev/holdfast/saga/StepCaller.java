package dev.holdfast.saga;

import java.time.Duration;
import java.util.concurrent.Callable;

/// Makes one attempt and says what is known about it afterwards, whatever happens in it. The third of the places
/// where a saga may block, beside its clock and its log.
interface StepCaller {

    /// @param within how long to wait; later it is [Outcome.Unclear]
    Outcome call(Callable<Outcome> attempt, Duration within);
}
