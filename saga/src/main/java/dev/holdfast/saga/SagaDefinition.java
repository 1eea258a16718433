package dev.holdfast.saga;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// A flow: its steps in order, what each of them promises, and what takes it back.
///
/// Compensatable steps come first, then the one pivot, then the retriable ones. That order is what makes the flow
/// safe at any point: before the pivot everything can be undone, after it everything can be finished.
///
/// A definition that is in use must not change in what it does under the same version: recorded sagas are continued
/// by name, version and step name.
///
/// @param <P> what its sagas carry
public final class SagaDefinition<P> {

    private final String name;
    private final int version;
    private final PayloadCodec<P> codec;
    private final List<Step<P>> steps;
    private final ClosingAction<P> closing;
    private final Duration deadline;
    private final boolean deadlines;
    private final Map<String, Step<P>> byName = new HashMap<>();

    private SagaDefinition(Builder<P> builder, List<Step<P>> steps) {
        this.name = builder.name;
        this.version = builder.version;
        this.codec = builder.codec;
        this.steps = List.copyOf(steps);
        this.closing = builder.closing;
        this.deadline = builder.deadline;
        this.deadlines = hasDeadlines(deadline, steps);
        this.steps.forEach(step -> byName.put(step.name(), step));
    }

    private SagaDefinition(SagaDefinition<P> like, List<Step<P>> steps, ClosingAction<P> closing) {
        this.name = like.name;
        this.version = like.version;
        this.codec = like.codec;
        this.steps = List.copyOf(steps);
        this.closing = closing;
        this.deadline = like.deadline;
        this.deadlines = hasDeadlines(deadline, steps);
        this.steps.forEach(step -> byName.put(step.name(), step));
    }

    private static boolean hasDeadlines(Duration ofAll, List<? extends Step<?>> steps) {
        return ofAll != null || steps.stream().anyMatch(step -> step.deadline() != null);
    }

    /// Begins a definition. The name, up to 50 characters, and the version are recorded with every saga.
    public static Naming named(String name) {
        return new Naming(name);
    }

    public String name() {
        return name;
    }

    public int version() {
        return version;
    }

    public PayloadCodec<P> codec() {
        return codec;
    }

    /// Whether it or one of its steps has a time limit.
    boolean hasDeadlines() {
        return deadlines;
    }

    /// The steps in their order.
    public List<Step<P>> steps() {
        return steps;
    }

    public Optional<ClosingAction<P>> closing() {
        return Optional.ofNullable(closing);
    }

    /// How long after its start a saga may take until its pivot begins; then it turns back.
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    /// The steps that run side by side with this one, itself among them.
    List<Step<P>> groupOf(Step<?> step) {
        return step.group() == null
                ? List.of(step(step.name()))
                : steps.stream()
                        .filter(each -> step.group().equals(each.group()))
                        .toList();
    }

    /// The same flow with other actions.
    SagaDefinition<P> acting(UnaryOperator<Step<P>> actions, ClosingAction<P> lastAct) {
        return new SagaDefinition<>(this, steps.stream().map(actions).toList(), lastAct);
    }

    /// @throws IllegalArgumentException there is none of this name
    public Step<P> step(String stepName) {
        var step = byName.get(stepName);
        if (step == null) {
            throw new IllegalArgumentException(this + " has no step '" + stepName + "'");
        }
        return step;
    }

    /// Name and version, as in `checkout v1`.
    @Override
    public String toString() {
        return name + " v" + version;
    }

    /// A definition that has a name.
    public record Naming(String name) {

        /// @param version 1 or more; a change in what the steps do is a new version
        public Versioned version(int version) {
            return new Versioned(name, version);
        }
    }

    /// A definition that has a name and a version.
    public record Versioned(String name, int version) {

        public <P> Builder<P> carrying(PayloadCodec<P> codec) {
            return new Builder<>(name, version, codec);
        }
    }

    /// Gathers the steps.
    public static final class Builder<P> {

        private final String name;
        private final int version;
        private final PayloadCodec<P> codec;
        private final List<StepKind> kinds = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private final List<String> groups = new ArrayList<>();
        private final List<StepSpec<P>> specs = new ArrayList<>();
        private ClosingAction<P> closing;
        private Duration deadline;
        private String group;

        private Builder(String name, int version, PayloadCodec<P> codec) {
            this.name = name;
            this.version = version;
            this.codec = codec;
        }

        /// A step that can be undone.
        public Builder<P> step(String stepName, Consumer<StepSpec<P>> says) {
            return add(stepName, StepKind.COMPENSATABLE, says);
        }

        /// The step that decides.
        public Builder<P> pivot(String stepName, Consumer<StepSpec<P>> says) {
            return add(stepName, StepKind.PIVOT, says);
        }

        /// A step after the pivot, repeated until it succeeds.
        public Builder<P> retriable(String stepName, Consumer<StepSpec<P>> says) {
            return add(stepName, StepKind.RETRIABLE, says);
        }

        /// Steps that run side by side: the saga goes on when all of them are done, and turns back when one is
        /// given up, once the attempts of the others are over. They are undone in reverse of their completion.
        /// All of one kind: that can be undone, or after the pivot.
        ///
        /// @param groupName up to 50 characters, for people
        /// @param adds adds steps to this builder, two or more
        public Builder<P> parallel(String groupName, Consumer<Builder<P>> adds) {
            if (group != null || groupName == null || groupName.isBlank() || groupName.length() > 50) {
                throw new IllegalArgumentException(
                        "a group needs a name of 1 to 50 characters and stands in no other, not '" + groupName + "'");
            }
            group = groupName;
            groups.add(groupName);
            try {
                adds.accept(this);
            } finally {
                group = null;
            }
            return this;
        }

        /// How long after its start a saga may take until its pivot begins; then it turns back. Once the pivot has
        /// begun a person is told. Default none.
        public Builder<P> deadline(Duration limit) {
            deadline = limit;
            return this;
        }

        /// The last act, before the end is recorded.
        public Builder<P> closing(ClosingAction<P> action) {
            closing = Objects.requireNonNull(action, "action");
            return this;
        }

        /// @throws IllegalArgumentException the definition is not complete or not safe; the message names every
        ///     fault
        public SagaDefinition<P> build() {
            var faults = new ArrayList<String>();
            if (name == null || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,49}")) {
                faults.add("its name must be 1 to 50 letters, digits, '-', '_' and '.'");
            }
            if (version < 1) {
                faults.add("its version must be 1 or more, not " + version);
            }
            if (codec == null) {
                faults.add("nothing reads and writes what it carries");
            }
            if (deadline != null && (!deadline.isPositive() || deadline.compareTo(Duration.ofDays(365)) > 0)) {
                faults.add("its deadline must be positive and 365 days at most, not " + deadline);
            }
            orderFaults(faults);
            var steps = specs.stream().map(spec -> spec.build(faults)).toList();
            groupFaults(steps, faults);
            steps.forEach(step -> dependencyFaults(step, faults));
            if (!faults.isEmpty()) {
                throw new IllegalArgumentException(
                        "saga '" + name + "' cannot be built:\n  - " + String.join("\n  - ", faults));
            }
            return new SagaDefinition<>(this, steps);
        }

        private Builder<P> add(String stepName, StepKind kind, Consumer<StepSpec<P>> says) {
            var spec = new StepSpec<P>(stepName, kind, group);
            says.accept(spec);
            names.add(stepName);
            kinds.add(kind);
            specs.add(spec);
            return this;
        }

        private void groupFaults(List<Step<P>> steps, List<String> faults) {
            for (var each : groups) {
                var members =
                        steps.stream().filter(step -> each.equals(step.group())).toList();
                if (members.size() < 2
                        || members.stream().map(Step::kind).distinct().count() > 1) {
                    faults.add("group '" + each + "' must have two or more steps, all of one kind");
                }
                if (groups.indexOf(each) != groups.lastIndexOf(each)) {
                    faults.add("group '" + each + "' is there twice");
                }
            }
        }

        private void dependencyFaults(Step<P> step, List<String> faults) {
            for (var later : step.undoneAfter()) {
                if (names.indexOf(later) <= names.indexOf(step.name())) {
                    faults.add("step '" + step.name() + "' is to be undone only after '" + later
                            + "', which is no step behind it");
                }
            }
        }

        private void orderFaults(List<String> faults) {
            long pivots = kinds.stream().filter(kind -> kind == StepKind.PIVOT).count();
            if (pivots != 1) {
                faults.add("it must have exactly one pivot, not " + pivots);
            }
            for (int i = 1; i < kinds.size(); i++) {
                if (kinds.get(i).compareTo(kinds.get(i - 1)) < 0) {
                    faults.add("step '" + names.get(i) + "' (" + kinds.get(i) + ") stands after '" + names.get(i - 1)
                            + "' (" + kinds.get(i - 1) + "): compensatable steps, then the pivot, then retriable ones");
                }
                if (names.subList(0, i).contains(names.get(i))) {
                    faults.add("step '" + names.get(i) + "' is there twice");
                }
            }
        }
    }
}
