package dev.holdfast.saga.test;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.SagaEvent;
import dev.holdfast.saga.SagaStepper.Attempt;
import dev.holdfast.saga.StepKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// What is between the saga's node and its participants: calls get lost on it, answers too, some arrive twice, some
/// late. It outlives every node.
final class Network {

    private static final List<Fault> ANY_CALL = List.of(
            Fault.NOT_SENT,
            Fault.REQUEST_LOST,
            Fault.REPLY_LOST,
            Fault.LATE,
            Fault.DUPLICATED,
            Fault.REPLACED_WHILE_SENDING);
    private static final List<Fault> CLOSING = List.of(Fault.NOT_SENT, Fault.REPLY_LOST);

    /// More than any saga needs that comes to an end.
    private static final int MOST_CALLS = 200;

    private final Stage stage;
    private final Predicate<String> refusing;
    private final List<Attempt> late = new ArrayList<>();
    private final Set<String> underway = new HashSet<>();
    private final Map<String, Outcome> refused = new HashMap<>();
    private final List<Run.Broken> violations = new ArrayList<>();
    private int calls;

    /// @param refusing makes a participant refuse the next call of a step; `false` when it cannot. `null`: the
    ///     refusal is made up here, and the participant is never asked
    Network(Stage stage, Predicate<String> refusing) {
        this.stage = stage;
        this.refusing = refusing;
    }

    /// Makes a call, or not, as the schedule says.
    ///
    /// @throws NodeGone the node does not see the end of it
    void make(Attempt attempt) {
        if (++calls > MOST_CALLS) {
            throw new Endless(MOST_CALLS + " calls were made and the saga has not ended");
        }
        var name = nameOf(attempt);
        mayBeSent(attempt);
        arrivals(attempt);
        stage.meanwhile("the call of " + name);
        var fault = stage.strikes("call " + name, possible(attempt));
        if (fault == null) {
            answered(attempt);
        } else {
            struck(attempt, fault);
        }
        for (var more : stage.plant().sentAfter(attempt)) {
            mayBeSent(more);
            stage.story().tell("the engine calls %s once more: %s".formatted(nameOf(more), deliver(more)));
        }
    }

    /// A call whose time was over before it was made: it was on its way all the while, and arrives late.
    void overtaken(Attempt attempt) {
        stage.story().tell("%s is still on its way".formatted(nameOf(attempt)));
        delay(attempt);
    }

    /// Calls that the log does not allow.
    List<Run.Broken> violations() {
        return violations;
    }

    /// Everything that is still on its way arrives: now, or long after.
    ///
    /// @param rest what happens between the two
    void settle(Runnable rest) {
        var muchLater = new ArrayList<Attempt>();
        for (var attempt : List.copyOf(late)) {
            var when = List.of(Option.free("now"), Option.free("an hour later"));
            if (stage.choices().choose("arrival of " + nameOf(attempt) + " after the end", when) == 0) {
                arrives(attempt, "");
            } else {
                muchLater.add(attempt);
            }
        }
        rest.run();
        if (!muchLater.isEmpty()) {
            stage.time().pass(Duration.ofHours(1));
            muchLater.forEach(attempt -> arrives(attempt, "an hour later "));
            rest.run();
        }
    }

    /// What the durable log must say before a call is sent, whatever the participants make of it.
    private void mayBeSent(Attempt attempt) {
        if (attempt.call().isEmpty() || attempt.undo()) {
            return;
        }
        var step = attempt.call().get().step();
        var log = stage.store().log();
        if (log.stream().anyMatch(row -> row.event() == SagaEvent.TURNED_BACK)) {
            violations.add(new Run.Broken("a saga that turned back calls no step", step + " is called"));
        }
        if (attempt.kind() == StepKind.PIVOT && log.stream().noneMatch(row -> row.event() == SagaEvent.PIVOT_BEGUN)) {
            violations.add(new Run.Broken("a pivot begins on record", step + " is called before that is recorded"));
        }
    }

    private void answered(Attempt attempt) {
        var outcome = deliver(attempt);
        stage.story().tell("%s is called%s: %s".formatted(nameOf(attempt), nth(attempt), said(outcome)));
        attempt.answer(outcome);
    }

    private void struck(Attempt attempt, Fault fault) {
        var line = "%s is called%s, ".formatted(nameOf(attempt), nth(attempt));
        switch (fault) {
            case REFUSED -> refuse(attempt, line);
            case NOT_SENT -> {
                stage.story().tell(line + fault.story());
                attempt.answer(new Outcome.Failed("connection refused"));
            }
            case REQUEST_LOST -> stage.story().tell(line + fault.story());
            case REPLY_LOST -> {
                var outcome = deliver(attempt);
                stage.story().tell(line + fault.story() + " (" + said(outcome) + ")");
                if (attempt.call().isEmpty()) {
                    attempt.answer(new Outcome.Failed("the answer was lost"));
                }
            }
            case LATE -> {
                stage.story().tell(line + fault.story());
                delay(attempt);
            }
            case DUPLICATED -> duplicated(attempt, line + fault.story());
            case REPLACED_WHILE_SENDING -> {
                stage.story().tell(line + fault.story());
                delay(attempt);
                throw new NodeGone(NodeGone.Why.REPLACED);
            }
            case DIES_BEFORE_APPEND,
                    DIES_AFTER_APPEND,
                    CLOCK_AHEAD,
                    CLOCK_BACK,
                    OUTAGE,
                    COMMIT_LOST,
                    COMMIT_ANSWER_LOST,
                    REPLACED_BEFORE_APPEND,
                    REPLACED_DURING_APPEND -> throw new IllegalArgumentException(fault + " happens to no call");
        }
    }

    private void duplicated(Attempt attempt, String line) {
        var outcome = deliver(attempt);
        stage.story().tell(line + "; the first one: " + said(outcome));
        attempt.answer(outcome);
        delay(attempt);
    }

    /// A refusal that is made up stands for a participant with a record: asked again under that key it says the
    /// same, and nothing under that key reaches the real one.
    private void refuse(Attempt attempt, String line) {
        var call = attempt.call().orElseThrow();
        if (refusing != null && refusing.test(call.step())) {
            var outcome = deliver(attempt);
            stage.story().tell(line + "and is made to refuse: " + said(outcome));
            attempt.answer(outcome);
        } else if (underway.contains(call.key())) {
            answered(attempt);
        } else {
            var outcome = new Outcome.Refused("refused", "the participant says no");
            refused.put(call.key(), outcome);
            stage.story().tell(line + "it refuses");
            attempt.answer(outcome);
        }
    }

    private void delay(Attempt attempt) {
        attempt.call().ifPresent(call -> underway.add(call.key()));
        late.add(attempt);
    }

    /// A call that is still on its way may arrive before any other call of the same service. Before the calls of
    /// other services it makes no difference: services know nothing of each other.
    private void arrivals(Attempt next) {
        for (var attempt : List.copyOf(late)) {
            if (attempt.service().equals(next.service())) {
                var what = "arrival of %s before %s".formatted(nameOf(attempt), nameOf(next));
                var when = List.of(Option.free("not yet"), Option.free("now"));
                if (stage.choices().choose(what, when) == 1) {
                    arrives(attempt, "");
                }
            }
        }
    }

    private void arrives(Attempt attempt, String when) {
        late.remove(attempt);
        stage.story()
                .tell("%sthe delayed call of %s%s arrives: %s"
                        .formatted(when, nameOf(attempt), nth(attempt), said(deliver(attempt))));
    }

    private Outcome deliver(Attempt attempt) {
        if (attempt.call().isEmpty()) {
            return attempt.act(null);
        }
        var call = stage.plant().sent(attempt.call().get());
        var no = refused.get(call.key());
        if (no != null) {
            return no;
        }
        underway.add(call.key());
        return attempt.act(call);
    }

    private List<Fault> possible(Attempt attempt) {
        if (attempt.call().isEmpty()) {
            return CLOSING;
        }
        var possible = new ArrayList<>(ANY_CALL);
        // One that is made up must not contradict what the participant has done, or may still do, under that key.
        var open = refusing != null || !underway.contains(attempt.call().get().key());
        if (!attempt.undo() && attempt.kind() != StepKind.RETRIABLE && open) {
            possible.addFirst(Fault.REFUSED);
        }
        return possible;
    }

    static String nameOf(Attempt attempt) {
        return attempt.call()
                .map(call -> attempt.undo() ? "the undo of " + call.step() : call.step())
                .orElse("the closing action");
    }

    private static String nth(Attempt attempt) {
        return attempt.call()
                .filter(call -> call.attempt() > 0)
                .map(call -> " (attempt " + (call.attempt() + 1) + ")")
                .orElse("");
    }

    private static String said(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done(var facts) -> facts.isEmpty() ? "done" : "done " + facts;
            case Outcome.Refused(var code, var message) -> "refused, " + code + " (" + message + ")";
            case Outcome.Failed(var cause) -> "failed without effect (" + cause + ")";
            case Outcome.Unclear(var cause) -> "unclear (" + cause + ")";
            case Outcome.Waiting(var signal, var deadline) -> "waits for '" + signal + "' until " + deadline;
        };
    }
}
