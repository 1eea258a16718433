package dev.holdfast.saga;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/// What a definition says about one step. Everything without a default must be said; what is missing is reported by
/// [SagaDefinition.Builder#build()], all of it at once.
///
/// @param <P> what the saga carries
public final class StepSpec<P> {

    private static final int LONGEST_NAME = 50;
    private static final int MOST_REQUESTS = 100;
    private static final Duration LONGEST = Duration.ofDays(365);

    private final String name;
    private final StepKind kind;
    private Step.Owner owner;
    private String customerSees;
    private String succeedsWhen;
    private String failsWhen;
    private StepAction<P> does;
    private StepAction<P> undoneBy;
    private String needsNoUndo;
    private String compensatedAt;
    private int retries = 3;
    private Backoff backoff = Backoff.DEFAULT;
    private Duration within = Duration.ofSeconds(10);
    private Duration validFor;
    private Duration deadline;
    private Step.Asking asksFor;
    private final Set<String> undoneAfter = new LinkedHashSet<>();
    private final String group;
    private Step.Children<P, ?> children;

    StepSpec(String name, StepKind kind, String group) {
        this.name = name;
        this.kind = kind;
        this.group = group;
    }

    /// Who answers for the step: a team, and the service whose data it changes.
    public StepSpec<P> owner(String team, String service) {
        owner = new Step.Owner(team, service);
        return this;
    }

    /// The stage a customer sees from the moment this step is reached.
    public StepSpec<P> customerSees(String stage) {
        customerSees = stage;
        return this;
    }

    /// The condition under which the step counts as done, in words.
    public StepSpec<P> succeedsWhen(String condition) {
        succeedsWhen = condition;
        return this;
    }

    /// The condition under which it is refused, in words.
    public StepSpec<P> failsWhen(String condition) {
        failsWhen = condition;
        return this;
    }

    /// The action.
    public StepSpec<P> does(StepAction<P> action) {
        does = action;
        return this;
    }

    /// The business action that takes a finished step back. It must also succeed when there is nothing to take
    /// back, because a step whose effect is in doubt is undone too.
    public StepSpec<P> undoneBy(StepAction<P> action) {
        undoneBy = action;
        return this;
    }

    /// The step has no effect that anyone would want back.
    ///
    /// @param reason why, for the reader of the definition
    public StepSpec<P> needsNoUndo(String reason) {
        needsNoUndo = reason;
        return this;
    }

    /// The service that the undo goes to: `PAYMENT_SERVICE`.
    public StepSpec<P> compensatedAt(String service) {
        compensatedAt = service;
        return this;
    }

    /// The step consists of sagas of their own, one per payload, each with its own pivot. They are started by it,
    /// under ids that follow from the saga's, and it waits (at most `atMost`, then it looks again) until all have
    /// ended. Done when all are completed; refused with `child-failed` when one has failed. Its undo cancels those
    /// that still run and waits for them; one that is completed is left to [#undoneBy], and without one to a
    /// person. Only before the pivot: behind it there is no way back for those that are completed.
    ///
    /// @param payloads what each of them carries, up to 1,000; without any the step is done. The same on every call
    public <C> StepSpec<P> startsSagas(SagaDefinition<C> definition, Function<P, List<C>> payloads) {
        return startsSagas(definition, payloads, false);
    }

    /// The same, and the step is done also when some of them failed: their ids are its fact `failed`.
    public <C> StepSpec<P> startsSagasThatMayFail(SagaDefinition<C> definition, Function<P, List<C>> payloads) {
        return startsSagas(definition, payloads, true);
    }

    /// A refusal does not count at once: the saga waits for this signal first, at most so long, and makes the step
    /// again, under the next key ([StepCall#generation()]), with what the signal brought ([StepCall#signals()]):
    /// another payment method after a decline. Without it in time the refusal counts.
    public StepSpec<P> asksFor(String signal, Duration atMost) {
        return asksFor(signal, atMost, MOST_REQUESTS);
    }

    /// The same, but not after any refusal: another payment method helps against a decline and not against stock
    /// that is gone. And not for ever: who waits holds what the steps before have reserved.
    ///
    /// @param times how many further requests there may be, 1 to 100; then a refusal counts
    /// @param codes the refusals that ask ([Outcome.Refused#code()]); none: all
    public StepSpec<P> asksFor(String signal, Duration atMost, int times, String... codes) {
        asksFor = new Step.Asking(signal, atMost, times, Set.of(codes));
        return this;
    }

    /// The time limit of the whole step, from its first attempt on, pauses and waiting included. Default none, 365
    /// days at most. Before the pivot it is given up then; at the pivot and after it a person is told.
    public StepSpec<P> deadline(Duration limit) {
        deadline = limit;
        return this;
    }

    /// This step is not undone before those are, however long that takes. Default none: an undo that failed three
    /// times holds nobody back.
    ///
    /// @param steps later ones, whose undo comes before this one's
    public StepSpec<P> undoneOnlyAfter(String... steps) {
        undoneAfter.addAll(List.of(steps));
        return this;
    }

    /// How often a failed attempt is repeated before the saga turns back: 0 to 1,000, default 3. Steps that must
    /// succeed (after the pivot) and undo actions are repeated for ever and take no notice.
    public StepSpec<P> attempts(int retries) {
        this.retries = retries;
        return this;
    }

    /// The pauses between attempts, also those of the undo. Default 1, 2, 4 … s, at most 30 s.
    public StepSpec<P> backoff(Backoff backoff) {
        this.backoff = backoff;
        return this;
    }

    /// The time limit of one attempt, also of an attempt to undo. Default 10 s, 365 days at most. An attempt that
    /// does not return in time is [Outcome.Unclear], its thread is interrupted and what it still does is a late
    /// call to the participant.
    public StepSpec<P> within(Duration limit) {
        within = limit;
        return this;
    }

    /// How long after it is sent a participant may still act on a call, at least `within`, 365 days at most;
    /// default twice `within`. The participant's guard must remember keys for longer.
    public StepSpec<P> validFor(Duration validity) {
        validFor = validity;
        return this;
    }

    Step<P> build(List<String> faults) {
        var missing = new ArrayList<String>();
        nameFaults(missing);
        if (owner == null || blank(owner.team()) || blank(owner.service())) {
            missing.add("has no owner (a team and a service)");
        }
        require(customerSees, "does not say what the customer sees", missing);
        require(succeedsWhen, "has no success condition", missing);
        require(failsWhen, "has no failure condition", missing);
        if (does == null) {
            missing.add("does nothing");
        }
        undoFaults(missing);
        numberFaults(missing);
        missing.forEach(fault -> faults.add("step '" + name + "' " + fault));
        return new Step<>(
                name,
                kind,
                owner,
                customerSees,
                succeedsWhen,
                failsWhen,
                does,
                undoneBy,
                needsNoUndo,
                compensatedAt,
                retries,
                backoff,
                within,
                validFor == null && missing.isEmpty() ? within.multipliedBy(2) : validFor,
                deadline,
                asksFor,
                Set.copyOf(undoneAfter),
                group,
                children);
    }

    private <C> StepSpec<P> startsSagas(SagaDefinition<C> definition, Function<P, List<C>> payloads, boolean mayFail) {
        children = new Step.Children<>(Objects.requireNonNull(definition), Objects.requireNonNull(payloads), mayFail);
        does = (payload, call) -> {
            throw new UnsupportedOperationException("sagas of a step are started by an engine");
        };
        if (undoneBy == null && kind == StepKind.COMPENSATABLE) {
            undoneBy = (payload, call) -> new Outcome.Failed("a saga of this step is completed; nothing undoes it");
        }
        return this;
    }

    private void nameFaults(List<String> missing) {
        if (blank(name) || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            missing.add("needs a name of letters, digits, '-', '_' and '.': it is part of an idempotency key");
        } else if (name.equals("undo") || name.matches("[0-9]+")) {
            missing.add("must not be named like this: keys end in ':undo' or a number too, and two could be the same");
        } else if (name.length() > LONGEST_NAME) {
            missing.add("has a name of " + name.length() + " characters, " + LONGEST_NAME + " is the limit");
        }
    }

    private void undoFaults(List<String> missing) {
        if (kind != StepKind.COMPENSATABLE) {
            if (undoneBy != null) {
                missing.add("cannot be undone: only steps before the pivot are");
            }
            return;
        }
        if (undoneBy == null && needsNoUndo == null) {
            missing.add("stands before the pivot and has no undo (or a reason why it needs none)");
        }
        if (undoneBy != null && needsNoUndo != null) {
            missing.add("has an undo and a reason to need none");
        }
        if (needsNoUndo != null && needsNoUndo.isBlank()) {
            missing.add("gives no reason why it needs no undo");
        }
        if (undoneBy != null && (blank(compensatedAt) || compensatedAt.length() > LONGEST_NAME)) {
            missing.add("does not say which service compensates it (compensatedAt, up to 50 characters)");
        }
    }

    private void numberFaults(List<String> missing) {
        if (retries < 0 || retries > 1_000) {
            missing.add("has " + retries + " retries, 0 to 1,000 is possible");
        }
        if (backoff == null) {
            missing.add("has no backoff");
        }
        if (within == null || !within.isPositive()) {
            missing.add("has a time limit of " + within + ", it must be positive");
        } else if (within.compareTo(LONGEST) > 0 || validFor != null && validFor.compareTo(LONGEST) > 0) {
            missing.add("has a time limit of " + within + " or is valid for " + validFor + ", 365 days is the limit");
        } else if (validFor != null && validFor.compareTo(within) < 0) {
            missing.add("is valid for " + validFor + ", less than its time limit of " + within);
        }
        if (deadline != null && (!deadline.isPositive() || deadline.compareTo(LONGEST) > 0)) {
            missing.add("has a deadline of " + deadline + ", it must be positive and 365 days at most");
        }
        if (asksFor != null) {
            askingFaults(missing);
        }
        if (children != null && !children.mayFail() && kind != StepKind.COMPENSATABLE) {
            missing.add(
                    "starts sagas that must not fail, which only steps before the pivot do: when one has failed, the"
                            + " others may be completed, and nothing undoes them (startsSagasThatMayFail)");
        }
    }

    private void askingFaults(List<String> missing) {
        if (kind == StepKind.RETRIABLE) {
            missing.add("asks for another request, which only steps that can be refused do: not those after the pivot");
        }
        if (!isSignalName(asksFor.signal())) {
            missing.add("asks for '" + asksFor.signal() + "': a signal has 1 to " + LONGEST_NAME
                    + " characters and does not begin with '$'");
        }
        var atMost = asksFor.atMost();
        if (atMost == null || !atMost.isPositive() || atMost.compareTo(LONGEST) > 0) {
            missing.add("waits for another request for " + atMost + ", it must be positive and 365 days at most");
        }
        if (asksFor.times() < 1 || asksFor.times() > MOST_REQUESTS) {
            missing.add(
                    "asks for another request " + asksFor.times() + " times, 1 to " + MOST_REQUESTS + " is possible");
        }
    }

    static boolean isSignalName(String name) {
        return !blank(name) && name.length() <= LONGEST_NAME && !Signal.isReserved(name) && FlatJson.isStorable(name);
    }

    private static void require(String value, String fault, List<String> missing) {
        if (blank(value)) {
            missing.add(fault);
        }
    }

    private static boolean blank(String value) {
        return value == null || value.isBlank();
    }
}
