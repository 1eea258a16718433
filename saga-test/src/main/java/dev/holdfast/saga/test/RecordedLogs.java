package dev.holdfast.saga.test;

import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaHistories;
import dev.holdfast.saga.SagaHistories.History;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/// Replays what an older release has recorded against the definitions of this one: before it is deployed, or when
/// it starts. Nobody is called and nothing is written.
///
/// A saga in flight fits when every row of its log is one that this code would have written there too, its payload
/// can be read, and the code knows how to go on. One that does not would be parked, or go on with steps left out. A
/// saga that has ended cannot be broken any more; it is a sample of a way sagas take, and names a change of it.
public final class RecordedLogs {

    private static final int PAGE = 200;
    private static final int MOST_EXAMPLES = 1_000;

    private final Map<String, SagaDefinition<?>> definitions = new HashMap<>();

    /// @param definitions all that the code has, each name and version once
    public RecordedLogs(Collection<? extends SagaDefinition<?>> definitions) {
        for (var definition : definitions) {
            if (this.definitions.put(definition.toString(), definition) != null) {
                throw new IllegalArgumentException(definition + " is given twice");
            }
        }
    }

    /// @param checked how many sagas were looked at
    /// @param broken those that do not fit, 1,000 at most
    public record Result(long checked, List<Broken> broken) {

        /// @throws AssertionError a saga does not fit; the message names each with its reason
        public void assertNothingBroken() {
            if (!broken.isEmpty()) {
                throw new AssertionError("%d of %d recorded sagas do not fit the code:%n%s"
                        .formatted(
                                broken.size(),
                                checked,
                                String.join(
                                        System.lineSeparator(),
                                        broken.stream().map(Broken::toString).toList())));
            }
        }
    }

    /// @param ended it has ended, so nothing will happen to it
    /// @param reason what does not fit, for people
    public record Broken(String sagaId, String definition, boolean ended, String reason) {

        @Override
        public String toString() {
            return "%s (%s%s): %s".formatted(sagaId, definition, ended ? ", ended" : "", reason);
        }
    }

    /// Checks every saga in flight, and some that have ended.
    ///
    /// @param dataSource the engine's database, of which it only reads
    /// @param ended how many of those that ended last, 0 to 1,000
    /// @throws dev.holdfast.saga.SagaStoreException the database could not be read
    public Result check(DataSource dataSource, int ended) {
        var histories = new SagaHistories(dataSource);
        var broken = new ArrayList<Broken>();
        long checked = 0;
        var page = histories.inFlight("", PAGE);
        while (!page.isEmpty()) {
            checked += page.size();
            collect(page, broken);
            page = histories.inFlight(page.getLast().sagaId(), PAGE);
        }
        if (ended > 0) {
            var last = histories.lastEnded(ended);
            checked += last.size();
            collect(last, broken);
        }
        return new Result(checked, List.copyOf(broken));
    }

    /// Checks one.
    public Optional<Broken> check(History history) {
        return reason(history)
                .map(reason -> new Broken(
                        history.sagaId(), named(history), history.status().ended(), reason));
    }

    private void collect(List<History> histories, List<Broken> broken) {
        histories.stream()
                .flatMap(history -> check(history).stream())
                .limit(MOST_EXAMPLES - broken.size())
                .forEach(broken::add);
    }

    private Optional<String> reason(History history) {
        var definition = definitions.get(named(history));
        if (definition == null) {
            return Optional.of("the code has no such definition");
        }
        try {
            definition.codec().fromJson(history.payload());
        } catch (RuntimeException e) {
            return Optional.of("its payload cannot be read: " + e.getMessage());
        }
        if (history.unreadable() != null) {
            return Optional.of("its log cannot be read: " + history.unreadable());
        }
        return SagaHistories.misfit(definition, history.log())
                .map(misfit -> "row " + misfit.seq() + ": " + misfit.reason());
    }

    private static String named(History history) {
        return history.definition() + " v" + history.version();
    }
}
