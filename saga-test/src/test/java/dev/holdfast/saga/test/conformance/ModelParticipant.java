package dev.holdfast.saga.test.conformance;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A participant in memory that keeps every promise, made so that each can be broken by overriding a few lines.
/// Transactions are one lock and a copy of the books to go back to.
class ModelParticipant implements ParticipantUnderTest<Booking> {

    /// What is in the database.
    static class Books {
        final Map<String, Row> keys = new HashMap<>();
        final Set<String> undone = new HashSet<>();
        final Map<String, Integer> effects = new HashMap<>();

        Books copy() {
            var copy = new Books();
            copy.keys.putAll(keys);
            copy.undone.addAll(undone);
            copy.effects.putAll(effects);
            return copy;
        }
    }

    /// @param effect whether it exists and is not taken back
    record Row(String hash, Outcome answer, boolean effect) {}

    interface Work {
        Outcome run() throws Exception;
    }

    Books books = new Books();
    final Set<String> refused = new HashSet<>();
    private boolean diesBefore;
    private boolean diesAfter;

    @Override
    public String name() {
        return "model";
    }

    @Override
    public Booking request(String sagaId) {
        return new Booking(sagaId, "a seat");
    }

    @Override
    public Outcome act(Booking request, StepCall call) throws Exception {
        return transaction(() -> acting(request, call));
    }

    @Override
    public Outcome undo(Booking request, StepCall call) throws Exception {
        return transaction(() -> undoing(request, call));
    }

    @Override
    public synchronized int effects(Booking request) {
        return books.effects.getOrDefault(request.id(), 0);
    }

    @Override
    public Optional<Booking> another(Booking request) {
        return Optional.of(new Booking(request.id(), "two seats"));
    }

    @Override
    public Optional<Refusal<Booking>> refusal(String sagaId) {
        synchronized (this) {
            refused.add(sagaId);
        }
        return Optional.of(new Refusal<>(request(sagaId), () -> {
            synchronized (this) {
                refused.remove(sagaId);
            }
        }));
    }

    @Override
    public boolean hasGenerations() {
        return true;
    }

    @Override
    public Optional<Happening> restart() {
        return Optional.of(this::forget);
    }

    @Override
    public Optional<Happening> deathBeforeCommit() {
        return Optional.of(() -> diesBefore = true);
    }

    @Override
    public Optional<Happening> deathAfterCommit() {
        return Optional.of(() -> diesAfter = true);
    }

    /// What is lost with the process: nothing, all is in the books.
    void forget() {}

    synchronized Outcome transaction(Work work) throws Exception {
        var before = books.copy();
        var answer = work.run();
        if (diesBefore) {
            diesBefore = false;
            rollBack(before);
            throw new IllegalStateException("the connection was lost before the commit");
        }
        if (diesAfter) {
            diesAfter = false;
            throw new IllegalStateException("the connection was lost after the commit");
        }
        return answer;
    }

    void rollBack(Books before) {
        books = before;
    }

    Outcome acting(Booking request, StepCall call) {
        var known = books.keys.get(call.key());
        if (known != null) {
            return answer(known, request, call);
        }
        var refusal = refusal(request, call);
        return refusal == null ? perform(request, call) : remember(request, call, refusal, false);
    }

    Outcome answer(Row known, Booking request, StepCall call) {
        if (!known.hash().equals(hash(request, call))) {
            throw new IllegalStateException("'" + call.key() + "' stands for another request");
        }
        return known.answer() instanceof Outcome.Done && isUndone(call) ? undone() : known.answer();
    }

    Outcome refusal(Booking request, StepCall call) {
        if (isUndone(call)) {
            return undone();
        }
        if (isLate(call)) {
            return new Outcome.Refused("too-late", "it came late");
        }
        return refused.contains(request.id()) ? new Outcome.Refused("full", "no seat is left") : null;
    }

    Outcome perform(Booking request, StepCall call) {
        books.effects.merge(request.id(), 1, Integer::sum);
        return remember(request, call, new Outcome.Done(Map.of("booking", request.id())), true);
    }

    Outcome undoing(Booking request, StepCall call) {
        books.undone.add(call.doKey());
        for (var key : books.keys.keySet().toArray(String[]::new)) {
            if (covers(call, key) && books.keys.get(key).effect()) {
                takeBack(request, key);
            }
        }
        return Outcome.Done.done();
    }

    void takeBack(Booking request, String key) {
        books.effects.merge(request.id(), -1, Integer::sum);
        books.keys.computeIfPresent(key, (_, row) -> new Row(row.hash(), row.answer(), false));
    }

    boolean covers(StepCall undo, String key) {
        return key.equals(undo.doKey()) || key.startsWith(undo.doKey() + ":");
    }

    Outcome remember(Booking request, StepCall call, Outcome answer, boolean effect) {
        books.keys.put(call.key(), new Row(hash(request, call), answer, effect));
        return answer;
    }

    String hash(Booking request, StepCall call) {
        return request.toString();
    }

    boolean isLate(StepCall call) {
        return Instant.now().isAfter(call.notAfter());
    }

    boolean isUndone(StepCall call) {
        return books.undone.contains(step(call));
    }

    static String step(StepCall call) {
        return call.sagaId() + ":" + call.step();
    }

    static Outcome undone() {
        return new Outcome.Refused("undone", "it was undone");
    }
}
