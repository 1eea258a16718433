package dev.holdfast.saga.test.conformance;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Participants with one mistake each, of the kind that is made in earnest.
final class BrokenParticipants {

    private BrokenParticipants() {}

    static final class KnowsNoKeys extends ModelParticipant {
        @Override
        Outcome answer(Row known, Booking request, StepCall call) {
            return perform(request, call);
        }
    }

    static final class AnswersARepetitionWithAnError extends ModelParticipant {
        @Override
        Outcome answer(Row known, Booking request, StepCall call) {
            return new Outcome.Refused("duplicate", "this was done already");
        }
    }

    static final class TakesTheAttemptForPartOfTheRequest extends ModelParticipant {
        @Override
        String hash(Booking request, StepCall call) {
            return request + " " + call.attempt();
        }
    }

    static final class DoesNotCompareRequests extends ModelParticipant {
        @Override
        String hash(Booking request, StepCall call) {
            return "";
        }
    }

    /// "A refusal has no effect, so there is nothing to remember."
    static final class ForgetsRefusals extends ModelParticipant {
        @Override
        Outcome remember(Booking request, StepCall call, Outcome answer, boolean effect) {
            return answer instanceof Outcome.Done ? super.remember(request, call, answer, effect) : answer;
        }
    }

    static final class RefusesToUndoNothing extends ModelParticipant {
        @Override
        Outcome undoing(Booking request, StepCall call) {
            return effects(request) == 0
                    ? new Outcome.Refused("not-found", "there is no such booking")
                    : super.undoing(request, call);
        }
    }

    static final class TakesBackTwice extends ModelParticipant {
        @Override
        void takeBack(Booking request, String key) {
            books.effects.merge(request.id(), -1, Integer::sum);
        }
    }

    static final class LeavesNoTombstone extends ModelParticipant {
        @Override
        Outcome undoing(Booking request, StepCall call) {
            boolean known = books.keys.keySet().stream().anyMatch(key -> covers(call, key));
            return known ? super.undoing(request, call) : Outcome.Done.done();
        }
    }

    static final class DeletesTheKeyWithTheEffect extends ModelParticipant {
        @Override
        Outcome undoing(Booking request, StepCall call) {
            boolean known = books.keys.keySet().stream().anyMatch(key -> covers(call, key));
            super.undoing(request, call);
            if (known) {
                books.keys.keySet().removeIf(key -> covers(call, key));
                books.undone.remove(call.doKey());
            }
            return Outcome.Done.done();
        }
    }

    static final class UndoesEverybodysSteps extends ModelParticipant {
        @Override
        Outcome undoing(Booking request, StepCall call) {
            super.undoing(request, call);
            books.effects.replaceAll((_, _) -> 0);
            return Outcome.Done.done();
        }
    }

    static final class IgnoresTheDeadline extends ModelParticipant {
        @Override
        boolean isLate(StepCall call) {
            return false;
        }
    }

    /// A definite no that is not on record.
    static final class ForgetsThatItRefusedALateCall extends ModelParticipant {
        @Override
        Outcome acting(Booking request, StepCall call) {
            return isLate(call) && !books.keys.containsKey(call.key()) && !isUndone(call)
                    ? new Outcome.Refused("too-late", "it came late")
                    : super.acting(request, call);
        }
    }

    static final class AsksForTheDeadlineFirst extends ModelParticipant {
        @Override
        Outcome acting(Booking request, StepCall call) {
            return isLate(call)
                    ? remember(request, call, new Outcome.Refused("too-late", "it came late"), false)
                    : super.acting(request, call);
        }
    }

    static final class UndoesTheFirstGenerationOnly extends ModelParticipant {
        @Override
        boolean covers(StepCall undo, String key) {
            return key.equals(undo.doKey());
        }
    }

    static final class KnowsTombstonesOfTheFirstGenerationOnly extends ModelParticipant {
        @Override
        boolean isUndone(StepCall call) {
            return books.undone.contains(call.key());
        }
    }

    /// The effect is in another transaction than the key.
    static final class RollsTheEffectBackWithoutTheKey extends ModelParticipant {
        @Override
        void rollBack(Books before) {
            books.effects.clear();
            books.effects.putAll(before.effects);
        }
    }

    static final class RollsTheKeyBackWithoutTheEffect extends ModelParticipant {
        @Override
        void rollBack(Books before) {
            before.effects.putAll(books.effects);
            books = before;
        }
    }

    static final class KeepsKeysInMemory extends ModelParticipant {
        @Override
        void forget() {
            books.keys.clear();
            books.undone.clear();
        }
    }

    /// No lock, no claim: it looks whether the key is known, and acts. Both who look find nothing.
    abstract static class Unlocked extends ModelParticipant {
        final Map<String, Outcome> known = new ConcurrentHashMap<>();
        final Set<String> tombstones = ConcurrentHashMap.newKeySet();
        final Map<String, Integer> existing = new ConcurrentHashMap<>();
        final Meeting meeting = new Meeting();

        @Override
        Outcome transaction(Work work) throws Exception {
            return work.run();
        }

        @Override
        public int effects(Booking request) {
            return existing.getOrDefault(request.id(), 0);
        }

        @Override
        public Optional<Happening> deathBeforeCommit() {
            return Optional.empty();
        }

        @Override
        public Optional<Happening> deathAfterCommit() {
            return Optional.empty();
        }
    }

    static final class LooksBeforeItActs extends Unlocked {
        @Override
        Outcome acting(Booking request, StepCall call) {
            if (tombstones.contains(call.key())) {
                return undone();
            }
            var answer = known.get(call.key());
            meeting.await();
            return answer != null ? answer : done(request, call);
        }

        @Override
        Outcome undoing(Booking request, StepCall call) {
            tombstones.add(call.doKey());
            if (known.remove(call.doKey()) != null) {
                existing.merge(request.id(), -1, Integer::sum);
            }
            return Outcome.Done.done();
        }

        private Outcome done(Booking request, StepCall call) {
            var done = new Outcome.Done(Map.of("booking", request.id()));
            existing.merge(request.id(), 1, Integer::sum);
            known.put(call.key(), done);
            return done;
        }
    }

    /// Each side is careful with itself, and neither waits for the other.
    static final class LocksActionsAndUndosApart extends Unlocked {
        @Override
        Outcome acting(Booking request, StepCall call) {
            synchronized (known) {
                boolean undone = tombstones.contains(call.key());
                meeting.await();
                return undone
                        ? undone()
                        : known.computeIfAbsent(call.key(), _ -> {
                            existing.merge(request.id(), 1, Integer::sum);
                            return new Outcome.Done(Map.of());
                        });
            }
        }

        @Override
        Outcome undoing(Booking request, StepCall call) {
            synchronized (tombstones) {
                boolean done = known.containsKey(call.doKey());
                meeting.await();
                if (tombstones.add(call.doKey()) && done) {
                    existing.merge(request.id(), -1, Integer::sum);
                }
                return Outcome.Done.done();
            }
        }
    }

    /// Answers what it does not know, instead of finding out.
    static final class TakesALostAnswerForARefusal extends ModelParticipant {
        @Override
        public Outcome act(Booking request, StepCall call) throws Exception {
            try {
                return super.act(request, call);
            } catch (IllegalStateException e) {
                if (Objects.requireNonNull(e.getMessage()).contains("connection")) {
                    return new Outcome.Refused("unavailable", "the service is not available");
                }
                throw e;
            }
        }
    }
}
