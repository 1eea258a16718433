package dev.holdfast.saga;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// The flow that tests run: seat and hotel (can be undone), pay (the pivot), send the ticket (must succeed). What
/// its participants answer is scripted per step, and every call is kept.
final class Trip {

    static final PayloadCodec<String> TEXT = new PayloadCodec<>() {
        @Override
        public String toJson(String payload) {
            return FlatJson.write(Map.of("text", payload));
        }

        @Override
        public String fromJson(String json) {
            return FlatJson.read(json).get("text");
        }
    };

    /// Soon enough for tests in real time.
    static final Backoff SOON = new Backoff(Duration.ofMillis(1), Duration.ofMillis(5));

    private final Map<String, StepAction<String>> scripts = new ConcurrentHashMap<>();
    private final List<StepCall> calls = new CopyOnWriteArrayList<>();
    private final List<Ending> endings = new CopyOnWriteArrayList<>();
    private volatile ClosingAction<String> closing = (payload, sagaId, ending) -> {};
    private Backoff backoff = SOON;
    private Duration within = Duration.ofSeconds(5);

    /// What a step (`seat`) or an undo (`seat:undo`) does instead of being done at once.
    Trip when(String step, StepAction<String> script) {
        scripts.put(step, script);
        return this;
    }

    /// Answers in turn; the last one again and again.
    Trip answers(String step, Outcome... outcomes) {
        var left = new ArrayList<>(List.of(outcomes));
        return when(step, (payload, call) -> {
            synchronized (left) {
                return left.size() > 1 ? left.removeFirst() : left.getFirst();
            }
        });
    }

    /// The pauses of all steps; for definitions built afterwards.
    Trip pausing(Backoff pauses) {
        backoff = pauses;
        return this;
    }

    /// The time limit of all steps; for definitions built afterwards.
    Trip within(Duration limit) {
        within = limit;
        return this;
    }

    Trip closes(ClosingAction<String> action) {
        closing = action;
        return this;
    }

    SagaDefinition<String> definition() {
        return builder("trip").closing(this::close).build();
    }

    SagaDefinition<String> withoutClosing() {
        return builder("trip").build();
    }

    SagaDefinition.Builder<String> builder(String name) {
        return SagaDefinition.named(name)
                .version(1)
                .carrying(TEXT)
                .step("seat", step -> says(step, "SEAT").undoneBy(this::call).compensatedAt("SEAT_SERVICE"))
                .step("hotel", step -> says(step, "HOTEL").undoneBy(this::call).compensatedAt("HOTEL_SERVICE"))
                .pivot("pay", step -> says(step, "PAYING"))
                .retriable("ticket", step -> says(step, "PAID"));
    }

    /// The keys of all calls, in order.
    List<String> keys() {
        return calls.stream().map(StepCall::key).toList();
    }

    /// Step names of all calls with `:undo` for undos, in order.
    List<String> called() {
        return calls.stream().map(Trip::name).toList();
    }

    List<StepCall> calls() {
        return calls;
    }

    List<Ending> endings() {
        return endings;
    }

    StepSpec<String> says(StepSpec<String> step, String stage) {
        return step.owner("travel-platform", "travel")
                .customerSees(stage)
                .succeedsWhen("it is booked")
                .failsWhen("it is sold out")
                .backoff(backoff)
                .within(within)
                .does(this::call);
    }

    Outcome call(String payload, StepCall call) throws Exception {
        calls.add(call);
        return scripts.getOrDefault(name(call), (p, c) -> Outcome.Done.done()).run(payload, call);
    }

    private void close(String payload, String sagaId, Ending ending) throws Exception {
        endings.add(ending);
        closing.run(payload, sagaId, ending);
    }

    private static String name(StepCall call) {
        return call.key().equals(call.doKey()) ? call.step() : call.step() + ":undo";
    }
}
