package dev.holdfast.saga.test;

import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.SagaEvent;
import dev.holdfast.saga.SagaStepper.Attempt;
import dev.holdfast.saga.StepCall;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Engines with one fault each.
final class PlantedEngines {

    private PlantedEngines() {}

    /// A step nobody knows the outcome of is taken for one without effect when the saga turns back.
    static final class SkipsTheUndoOfAnUnclearStep extends Plant {

        @Override
        List<LogEntry> shown(List<LogEntry> log) {
            var done = log.stream()
                    .filter(row -> row.event() == SagaEvent.DONE)
                    .map(LogEntry::step)
                    .toList();
            return log.stream()
                    .map(row -> row.event() == SagaEvent.TURNED_BACK ? undoing(row, done) : row)
                    .toList();
        }

        private static LogEntry undoing(LogEntry row, List<String> done) {
            var detail = new HashMap<>(row.detail());
            detail.computeIfPresent(
                    "undo",
                    (_, steps) ->
                            Stream.of(steps.split(" ")).filter(done::contains).collect(Collectors.joining(" ")));
            return row(row, row.event(), row.step(), detail);
        }

        @Override
        boolean tampers() {
            return true;
        }
    }

    /// What an attempt left open is forgotten with the next one, which surely had no effect.
    static final class TakesALaterFailureForTheWholeTruth extends Plant {

        @Override
        List<LogEntry> shown(List<LogEntry> log) {
            return log.stream()
                    .map(row -> row.event() == SagaEvent.UNCLEAR
                            ? row(row, SagaEvent.FAILED, row.step(), row.detail())
                            : row)
                    .toList();
        }

        @Override
        boolean tampers() {
            return true;
        }
    }

    /// The step that was next when a node died is not in doubt.
    static final class TrustsTheLogOfADeadNode extends Plant {

        @Override
        List<LogEntry> shown(List<LogEntry> log) {
            return log.stream()
                    .map(row -> row.event() == SagaEvent.RECOVERED ? row(row, row.event(), null, row.detail()) : row)
                    .toList();
        }

        @Override
        boolean tampers() {
            return true;
        }
    }

    /// Every attempt but the first has a key of its own, so no participant can tell a repetition.
    static final class MakesAKeyPerAttempt extends Plant {

        @Override
        StepCall sent(StepCall call) {
            return new StepCall(
                    call.sagaId(),
                    call.step(),
                    call.attempt() == 0 ? call.key() : call.key() + ":" + call.attempt(),
                    call.doKey(),
                    call.attempt(),
                    call.generation(),
                    call.notAfter(),
                    call.facts(),
                    call.signals(),
                    call.repeated());
        }
    }

    /// Acts on rows whose commit is still under way; they are gone when the node dies before the next ones.
    static final class ActsBeforeItsRowsAreDurable extends Plant {

        @Override
        Store store() {
            return new Store() {
                private int undurable;

                @Override
                boolean follows(List<LogEntry> entries) {
                    undurable = entries.size();
                    return super.follows(entries);
                }

                @Override
                void nodeDied() {
                    loseLast(undurable);
                    undurable = 0;
                }
            };
        }
    }

    /// A node that was replaced goes on recording.
    static final class DoesNotFence extends Plant {

        @Override
        Store store() {
            return new Store() {
                @Override
                boolean passesFence(int node) {
                    return true;
                }
            };
        }
    }

    /// Reads whether it still has the saga, and then records: another one may take it over in between.
    static final class FencesByAPlainRead extends Plant {

        @Override
        Store store() {
            return new Store() {
                @Override
                boolean fenceIsALock() {
                    return false;
                }
            };
        }
    }

    /// Adds rows wherever the log ends by now.
    static final class DoesNotAskWhereTheLogEnds extends Plant {

        @Override
        Store store() {
            return new Store() {
                @Override
                boolean passesFence(int node) {
                    return true;
                }

                @Override
                boolean follows(List<LogEntry> entries) {
                    return true;
                }
            };
        }
    }

    /// A repetition that was planned before the saga turned back is made all the same.
    static final class RepeatsAStepAfterTheTurn extends Plant {

        private final Map<String, Attempt> steps = new HashMap<>();

        @Override
        List<Attempt> sentAfter(Attempt attempt) {
            var step = attempt.call().map(StepCall::step).orElse("");
            if (!attempt.undo()) {
                steps.put(step, attempt);
                return List.of();
            }
            return steps.containsKey(step) ? List.of(steps.get(step)) : List.of();
        }
    }

    private static LogEntry row(LogEntry row, SagaEvent event, String step, Map<String, String> detail) {
        return new LogEntry(
                row.seq(), step, event, row.attempt(), row.generation(), detail, row.startedAt(), row.endedAt());
    }
}
