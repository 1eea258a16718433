package dev.holdfast.saga;

import dev.holdfast.groupcommit.GroupCommitException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Steps that consist of sagas of their own.
///
/// A child is started under an id that follows from its parent's, so starting it again finds it. It tells its
/// parent of its end by a signal, in the transaction of the end; the parent then makes the step again and looks.
final class ChildSagas {

    /// Of the keys children are started under.
    static final String SCOPE = "child-saga";

    /// The signal a child sends, and the name of the step it belongs to.
    private static final String ENDED = "$ended:";

    /// Children that tell of themselves are waited for; this is for those whose word was lost with a whole
    /// database.
    private static final Duration LOOK_AGAIN = Duration.ofDays(1);

    private static final int LONGEST_ID = 64;
    private static final int MOST = 1_000;

    private final SagaEngine engine;
    private final SagaClock clock;

    ChildSagas(SagaEngine engine, SagaClock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /// What a parent is called in the row of its child: the saga and its step, so that two steps that wait for
    /// children are not woken by each other's.
    static String parent(String sagaId, String step) {
        return sagaId + " " + step;
    }

    /// What a child tells its parent.
    ///
    /// @param parent as [#parent(String, String)] says
    static Signal ended(String parent, String childId, LogEntry last, SagaStatus status) {
        int blank = parent.indexOf(' ');
        var name = ENDED + parent.substring(blank + 1);
        return new Signal(parent.substring(0, blank), childId, name, status.name(), null, last.endedAt());
    }

    <P> Outcome attempt(Step<P> step, P payload, StepCall call) throws Exception {
        return call.key().equals(call.doKey()) ? run(step.children(), step, payload, call) : undo(step, payload, call);
    }

    private <P, C> Outcome run(Step.Children<P, C> children, Step<P> step, P payload, StepCall call) throws Exception {
        var payloads = children.payloads().apply(payload);
        if (payloads.size() > MOST) {
            return new Outcome.Refused("too-many-sagas", "a step starts 1,000 sagas at most, not " + payloads.size());
        }
        var missing = startMissing(children.definition(), payloads, call);
        if (missing.isPresent()) {
            return missing.get();
        }
        var standing = standing(call, payloads.size());
        var failed = failed(standing);
        if (!failed.isEmpty() && !children.mayFail()) {
            return refuse(step, payload, call, failed);
        }
        if (standing.values().stream().anyMatch(status -> !status.ended())) {
            return new Outcome.Waiting(ENDED + call.step(), clock.now().plus(LOOK_AGAIN));
        }
        return new Outcome.Done(Map.of("failed", shortened(failed), "sagas", String.valueOf(payloads.size())));
    }

    /// Starts those that are not there: all at the first attempt, none at a look afterwards. Under one key each, so
    /// what two attempts start at the same time is one.
    ///
    /// Once one of them may be there, an error at the next one must not say that nothing is: the parent would end
    /// FAILED and leave it running.
    ///
    /// @return why the step can not go on, empty when all of them are there
    /// @throws GroupCommitException none was started before; the type of it says whether this one was
    private <C> Optional<Outcome> startMissing(SagaDefinition<C> definition, List<C> payloads, StepCall call) {
        var there = engine.statuses(ids(call, payloads.size())).keySet();
        var parent = parent(call.sagaId(), call.step());
        boolean some = !there.isEmpty();
        for (int i = 0; i < payloads.size(); i++) {
            if (there.contains(idOf(call, i))) {
                continue;
            }
            try {
                if (!engine.startChild(definition, idOf(call, i), payloads.get(i), parent)) {
                    return Optional.of(new Outcome.Refused("undone", "this step was undone before"));
                }
            } catch (GroupCommitException e) {
                if (!some) {
                    throw e;
                }
                var cause = i + " of " + payloads.size() + " sagas are started, the next one not: " + e.getMessage();
                return Optional.of(new Outcome.Unclear(cause));
            }
            some = true;
        }
        return Optional.empty();
    }

    /// A refusal says that there is no effect: those that run or are completed are undone before it is given.
    private <P> Outcome refuse(Step<P> step, P payload, StepCall call, List<String> failed) throws Exception {
        var undo = new StepCall(
                call.sagaId(),
                call.step(),
                call.key() + ":undo",
                call.key(),
                call.attempt(),
                call.generation(),
                StepCall.ANY_TIME,
                call.facts(),
                call.signals(),
                call.repeated());
        return undo(step, payload, undo) instanceof Outcome.Done
                ? new Outcome.Refused("child-failed", "failed: " + shortened(failed))
                : new Outcome.Unclear("failed: " + shortened(failed) + "; the others are not undone yet");
    }

    /// Those that run are told to turn back, and waited for. One that was never started must not be started after
    /// this: its key is claimed, which is the tombstone.
    private <P> Outcome undo(Step<P> step, P payload, StepCall call) throws Exception {
        int count = step.children().payloads().apply(payload).size();
        for (int i = 0; i < count; i++) {
            engine.forbidChild(idOf(call, i));
        }
        var until = clock.now().plus(step.within().dividedBy(2));
        var open = new ArrayList<String>();
        boolean completed = false;
        for (int i = 0; i < count; i++) {
            var left = Duration.between(clock.now(), until);
            var view = engine.await(idOf(call, i), left.isPositive() ? left : Duration.ofMillis(1));
            if (view.isPresent() && !view.get().status().ended()) {
                open.add(idOf(call, i));
            }
            completed |= view.isPresent() && view.get().status() == SagaStatus.COMPLETED;
        }
        if (!open.isEmpty()) {
            return new Outcome.Failed("still on the way: " + shortened(open));
        }
        return completed ? step.undoneBy().run(payload, call) : Outcome.Done.done();
    }

    private Map<String, SagaStatus> standing(StepCall call, int count) {
        var ids = ids(call, count);
        var known = engine.statuses(ids);
        var standing = new LinkedHashMap<String, SagaStatus>();
        ids.forEach(id -> standing.put(id, known.getOrDefault(id, SagaStatus.STARTED)));
        return standing;
    }

    private static List<String> ids(StepCall call, int count) {
        return IntStream.range(0, count).mapToObj(i -> idOf(call, i)).toList();
    }

    private static List<String> failed(Map<String, SagaStatus> standing) {
        return standing.entrySet().stream()
                .filter(each -> each.getValue() == SagaStatus.FAILED)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static String shortened(List<String> ids) {
        var text = ids.stream().limit(40).collect(Collectors.joining(" "));
        return ids.size() > 40 ? text + " …" : text;
    }

    /// Sorts behind its parent's, so both lie in the same part of the tables. One that would be too long is
    /// shortened to a name that still follows from it.
    static String idOf(StepCall call, int number) {
        var id = call.sagaId() + "." + call.step() + "." + number;
        if (id.length() <= LONGEST_ID) {
            return id;
        }
        var rest = UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString();
        return call.sagaId().substring(0, Math.min(call.sagaId().length(), LONGEST_ID - rest.length() - 1)) + "."
                + rest;
    }
}
