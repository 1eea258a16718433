package dev.holdfast.saga;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/// Makes attempts and says what is known about them afterwards, whatever happens in them. Beside its clock and its
/// log the only thing of the world that a saga touches.
interface StepCaller {

    /// Begins an attempt, and does not wait for it.
    ///
    /// @param over rung when it is over
    Call begin(Callable<Outcome> attempt, Alarm over);

    /// Waits while attempts are under way: not with the saga's clock, because participants take their own time.
    void await(Duration atMost, Alarm alarm) throws InterruptedException;

    /// An attempt that was begun.
    interface Call {

        /// @return empty as long as it is under way
        Optional<Outcome> outcome();

        /// Nobody waits for it any more. What it still does is a late call to its participant.
        void abandon();
    }
}
