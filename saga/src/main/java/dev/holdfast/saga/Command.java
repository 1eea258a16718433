package dev.holdfast.saga;

import java.time.Instant;
import java.util.List;

/// What the engine writes. Every write of a running engine is one of these and goes through its one lane.
sealed interface Command {

    /// Claim a start key, a name and a subject, and record a saga.
    ///
    /// Not a record, for its one mark: when the answer to COMMIT is lost, the lane runs its batch again, and the
    /// mark tells "my own claim of a moment ago" from "claimed by an earlier request with the same saga id". Only
    /// the lane's thread touches it.
    final class Start implements Command {

        private final Execution execution;
        private final String scope;
        private final String idempotencyKey;
        private final String requestHash;
        private final String name;
        private final Instant keyExpires;
        private boolean claimed;

        Start(Execution execution, StartRequest<?> request, Instant keyExpires) {
            this.execution = execution;
            this.scope = request.scope();
            this.idempotencyKey = request.idempotencyKey();
            this.requestHash = request.requestHash();
            this.name = request.name();
            this.keyExpires = keyExpires;
        }

        Execution execution() {
            return execution;
        }

        String sagaId() {
            return execution.sagaId();
        }

        String scope() {
            return scope;
        }

        String idempotencyKey() {
            return idempotencyKey;
        }

        String requestHash() {
            return requestHash;
        }

        String name() {
            return name;
        }

        Instant keyExpires() {
            return keyExpires;
        }

        boolean claimed() {
            return claimed;
        }

        void markClaimed() {
            claimed = true;
        }
    }

    /// Add rows to a saga's log, with all that changes with them, in one transaction.
    ///
    /// Everything but the log rows is written as it shall be, not as a difference, so running it again changes
    /// nothing.
    ///
    /// @param entries one or more, consecutive
    /// @param change of the execution's row, `null` when it stays as it is
    /// @param newTasks recorded by turning back
    /// @param tasks as they are now
    /// @param deadLetters new ones
    /// @param resolved dead letters that are no longer
    /// @param freed the subject to be freed, `null` for none
    /// @param taken what becomes of signals
    /// @param toParent a signal to the saga this one belongs to, `null` for none
    /// @param session of the database that the log's last row was written in, as [Result.Recorded] told; 0 when
    ///     that is not known
    record Append(
            String sagaId,
            List<LogEntry> entries,
            RowChange change,
            List<CompensatingTask> newTasks,
            List<CompensatingTask> tasks,
            List<DeadLetter> deadLetters,
            List<Resolution> resolved,
            String freed,
            List<Taken> taken,
            Signal toParent,
            long session)
            implements Command {}

    /// Record an operator's deed that changes no saga.
    record Note(Audit audit) implements Command {}

    /// Record a signal to a saga that has not ended.
    ///
    /// @param audit the operator's deed that it is, `null` for none
    record Send(Signal signal, Audit audit) implements Command {}

    /// Record that a saga does not run for a while.
    record PutDown(String sagaId, Instant until) implements Command {}

    /// Record that sagas run again, before they do: of a saga that is put down no attempt is under way, so whoever
    /// takes it over need not doubt its steps.
    record PickUp(List<String> sagaIds) implements Command {}

    /// Claim the start key of a saga that must never start.
    record Forbid(String sagaId, Instant expires) implements Command {}

    /// Stop making attempts at sagas of a definition, or go on.
    ///
    /// @param key under which it happens once, `null` for none
    /// @param keyExpires how long that is kept at least
    record Pause(String definition, boolean paused, Audit audit, String key, Instant keyExpires) implements Command {}

    /// @param seq of the row that took it
    /// @param outcome for whoever sent it
    record Taken(String signalKey, int seq, String outcome) {}

    /// Give a saga of this node up: nobody runs it until somebody claims it.
    ///
    /// @param cause what became of the orders to try it that it has not taken
    record Park(String sagaId, Parked why, String cause) implements Command {}

    /// Take over those of these sagas that are parked, whoever has them. Which of them became this node's, the
    /// table tells: of two claimers one wins.
    record Claim(List<String> sagaIds) implements Command {}

    /// Why a saga is given up.
    enum Parked {
        /// This release does not know it; another may.
        UNKNOWN,
        /// It was tried, and threw.
        BROKEN
    }

    /// @param status `null` when it stays as it is
    record RowChange(SagaStatus status, boolean needsAttention, Instant at) {}

    record DeadLetter(String step, String error, String targetService, int failures, Instant at) {}

    /// @param by an operator, or the engine when an attempt succeeded after all
    record Resolution(String step, String by, String reason, String evidence, Instant at) {}

    record Audit(String who, String what, String sagaId, String why, Instant at) {}

    /// What became of a command.
    sealed interface Result {

        /// It is recorded.
        ///
        /// @param session of the database that recorded it, counted by this node from 1
        record Recorded(long session) implements Result {}

        /// What became of a signal.
        ///
        /// @param here whether it is for a saga of the node that sent it: others are told by the batch
        record Sent(SignalAnswer answer, boolean here) implements Result {}

        /// These were put down, and are not any more.
        record PickedUp(List<String> sagaIds) implements Result {}

        /// What became of a start.
        record Answered(StartAnswer answer) implements Result {}

        /// The log is not as long as the command says, or says something else at its place. Nothing was recorded.
        record Conflict() implements Result {}

        /// This node's row is gone: another node has taken over. Nothing was recorded, and nothing ever will be.
        record Fenced() implements Result {}
    }
}
