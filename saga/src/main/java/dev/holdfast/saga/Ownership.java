package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;

/// Whose sagas are whose, and which of them nobody runs.
final class Ownership {

    private static final String TO_RUN = """
            SELECT saga_id
              FROM saga.saga_runs
             WHERE status IN ('STARTED', 'COMPENSATING') AND node = ? AND epoch = ? AND parked IS NULL AND wake_at IS NULL
            """;

    private static final String PARKED = "SELECT 1 FROM saga.saga_runs WHERE saga_id = ? AND parked IS NOT NULL";

    /// Whatever node has it: what is parked is not run by anybody.
    private static final String KNOWN_HERE = """
            SELECT r.saga_id
              FROM unnest(?::text[], ?::int[]) AS known(definition, version)
              JOIN saga.saga_runs AS r ON r.definition = known.definition AND r.version = known.version
             WHERE r.parked IS NOT NULL AND r.parked = 'UNKNOWN' AND r.saga_id > ?
             ORDER BY r.saga_id
             LIMIT ?
            """;

    private static final String NODES = """
            SELECT n.node, n.epoch, n.leaving, count(r.saga_id) AS in_flight, count(r.parked) AS parked
              FROM saga.saga_nodes AS n
              LEFT JOIN saga.saga_runs AS r
                ON r.node = n.node AND r.epoch = n.epoch AND r.status IN ('STARTED', 'COMPENSATING')
             GROUP BY n.node, n.epoch
             ORDER BY n.node, n.epoch
            """;

    private final DataSource dataSource;
    private final DataSource apart;
    private final SagaReads left;
    private final SagaLane lane;
    private final NodeId node;

    /// @param apart from those that many may be waiting for: one at a time is used to find out what there is to do
    /// @param lane of this node, so that nothing is claimed once it is fenced off
    Ownership(DataSource dataSource, DataSource apart, SagaLane lane, NodeId node) {
        this.dataSource = dataSource;
        this.apart = apart;
        this.left = new SagaReads(apart);
        this.lane = lane;
        this.node = node;
    }

    NodeId node() {
        return node;
    }

    /// The ids of what is in flight, belongs to this node, and was not given up by it.
    List<String> toRun() {
        return Database.reading(apart, db -> texts(prepared(db, TO_RUN, node.name(), node.epoch())));
    }

    /// For taking up what was left to this node. When another node has died all who waited there come to this one
    /// and read; what they wait for must not wait behind them for a connection.
    SagaReads left() {
        return left;
    }

    boolean isParked(String sagaId) {
        return !Database.reading(dataSource, db -> texts(prepared(db, PARKED, sagaId)))
                .isEmpty();
    }

    /// Sagas that a node has given up because it did not know them, of definitions that are known here.
    /// A page, by saga id.
    List<String> parkedAndKnown(Collection<SagaDefinition<?>> known, String after, int limit) {
        var names = known.stream().map(SagaDefinition::name).toArray();
        var versions = known.stream().map(SagaDefinition::version).toArray();
        return Database.reading(apart, db -> {
            var ofNames = db.createArrayOf("text", names);
            var ofVersions = db.createArrayOf("int", versions);
            return texts(prepared(db, KNOWN_HERE, ofNames, ofVersions, after, limit));
        });
    }

    /// Takes over those of these sagas that are parked, whoever has them; [#toRun()] then tells which.
    ///
    /// @throws dev.holdfast.groupcommit.GroupCommitException it is not done, or perhaps not
    void claim(List<String> sagaIds) {
        lane.submit(new Command.Claim(sagaIds));
    }

    /// Gives a saga of this node up.
    ///
    /// @param cause for whoever had it tried
    /// @throws dev.holdfast.groupcommit.GroupCommitException it is not done, or perhaps not; then it is found again
    ///     by the next round
    void park(String sagaId, Command.Parked why, String cause) {
        lane.submit(new Command.Park(sagaId, why, cause));
    }

    /// Every node there is.
    List<NodeView> nodes(Function<NodeId, Optional<Duration>> still) {
        return Database.reading(dataSource, db -> {
            var nodes = new ArrayList<NodeView>();
            try (var statement = db.createStatement();
                    var rows = statement.executeQuery(NODES)) {
                while (rows.next()) {
                    var found = new NodeId(rows.getString("node"), rows.getLong("epoch"));
                    nodes.add(new NodeView(
                            found.name(),
                            found.epoch(),
                            rows.getInt("in_flight"),
                            rows.getInt("parked"),
                            rows.getBoolean("leaving"),
                            still.apply(found)));
                }
            }
            return nodes;
        });
    }

    private static List<String> texts(PreparedStatement statement) throws SQLException {
        try (statement;
                var rows = statement.executeQuery()) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private static PreparedStatement prepared(Connection db, String sql, Object... parameters) throws SQLException {
        var statement = db.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }
}
