package dev.holdfast.saga;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a definition says about one step. Everything without a default must be said; what is missing is reported by
/// [SagaDefinition.Builder#build()], all of it at once.
///
/// @param <P> what the saga carries
public final class StepSpec<P> {

    private static final int LONGEST_NAME = 50;
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

    StepSpec(String name, StepKind kind) {
        this.name = name;
        this.kind = kind;
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

    /// How often a failed attempt is repeated before the saga turns back: 0 or more, default 3. Steps that must
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
                validFor == null && missing.isEmpty() ? within.multipliedBy(2) : validFor);
    }

    private void nameFaults(List<String> missing) {
        if (blank(name) || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            missing.add("needs a name of letters, digits, '-', '_' and '.': it is part of an idempotency key");
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
        if (retries < 0) {
            missing.add("has " + retries + " retries, 0 is the least");
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
