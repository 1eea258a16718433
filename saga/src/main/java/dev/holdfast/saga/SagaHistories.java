package dev.holdfast.saga;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/// Recorded sagas with their logs, and whether a definition would have written such a log: for checks of a new
/// release against what an older one has recorded.
public final class SagaHistories {

    private static final String IN_FLIGHT = """
            SELECT saga_id, status
              FROM saga.saga_runs
             WHERE status IN ('STARTED', 'COMPENSATING') AND saga_id > ?
             ORDER BY saga_id
             LIMIT ?
            """;

    private static final String LAST_ENDED = """
            SELECT saga_id, status
              FROM saga.saga_runs
             WHERE status IN ('COMPLETED', 'FAILED')
             ORDER BY saga_id DESC
             LIMIT ?
            """;

    private final DataSource dataSource;

    /// @param payload the JSON it carries
    /// @param status as its row says, when the log was about to be read
    /// @param log its rows, as far as this release can read them
    /// @param unreadable which row it can not read, and why; `null` when it reads all
    public record History(
            String sagaId,
            String definition,
            int version,
            String payload,
            SagaStatus status,
            List<LogEntry> log,
            String unreadable) {}

    /// @param seq the row that does not fit; one behind the last where all fit and nothing can follow
    /// @param reason what is wrong with it, for people
    public record Misfit(int seq, String reason) {}

    public SagaHistories(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /// Sagas that have not ended, in order of their ids. Each is read as it is now: one that runs is read at some
    /// row.
    ///
    /// @param after the last id of the page before, or an empty string
    /// @param limit 1 to 1,000
    /// @throws SagaStoreException the database could not be read
    public List<History> inFlight(String after, int limit) {
        return histories(IN_FLIGHT, after, limited(limit));
    }

    /// Sagas that have ended, the youngest first.
    ///
    /// @param limit 1 to 1,000
    /// @throws SagaStoreException the database could not be read
    public List<History> lastEnded(int limit) {
        return histories(LAST_ENDED, limited(limit));
    }

    /// Whether every row of a log is one that this definition may write behind the rows before it, and what would
    /// follow on the last one can be said.
    ///
    /// @return the first row that does not fit; empty when all do
    public static Optional<Misfit> misfit(SagaDefinition<?> definition, List<LogEntry> log) {
        return new LogPath(definition).misfit(log);
    }

    private List<History> histories(String sql, Object... parameters) {
        var found = Database.reading(dataSource, db -> {
            try (var query = db.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    query.setObject(i + 1, parameters[i]);
                }
                return statuses(query);
            }
        });
        var recorded = new HashMap<String, SagaReads.Recorded>();
        new SagaReads(dataSource)
                .these(List.copyOf(found.keySet()))
                .forEach(each -> recorded.put(each.execution().sagaId(), each));
        return found.entrySet().stream()
                .filter(each -> recorded.containsKey(each.getKey()))
                .map(each -> history(recorded.get(each.getKey()), each.getValue()))
                .toList();
    }

    /// By saga id, in the order of the query.
    private static Map<String, SagaStatus> statuses(PreparedStatement query) throws SQLException {
        var statuses = new LinkedHashMap<String, SagaStatus>();
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                statuses.put(rows.getString(1), SagaStatus.valueOf(rows.getString(2)));
            }
        }
        return statuses;
    }

    /// The status is not asked of the log: one that is no path through the table of states is what the check is to
    /// find, and must not end it.
    private static History history(SagaReads.Recorded recorded, SagaStatus status) {
        var execution = recorded.execution();
        var unreadable = recorded.unreadable();
        return new History(
                execution.sagaId(),
                execution.definition(),
                execution.version(),
                execution.payload(),
                status,
                recorded.log(),
                unreadable == null ? null : unreadable.cause());
    }

    private static int limited(int limit) {
        if (limit < 1 || limit > 1_000) {
            throw new IllegalArgumentException("a page has 1 to 1,000 sagas, not " + limit);
        }
        return limit;
    }
}
