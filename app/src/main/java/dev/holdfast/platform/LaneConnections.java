package dev.holdfast.platform;

import dev.holdfast.platform.HoldfastSettings.LaneSettings;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/// Connections for lanes: the database itself ends their transactions when this process is frozen in one, because
/// nobody here could. The lane then takes a new connection. And they plan for tables that will be large.
final class LaneConnections extends AbstractDataSource {

    /// A lane's statements find rows by their keys, and their plans are made once, often while the tables are still
    /// empty: without the settings of the planner, a lane of a new database would read whole tables for every batch
    /// until autovacuum has looked at them, while they grow by thousands of rows a second.
    ///
    /// And the plan is for any values. Left to itself the server plans a statement anew for each small batch,
    /// because a plan for one row looks cheaper than one for any number. Both go by the key; making it costs more
    /// than running it (2.7 ms of a lone checkout's 15).
    private static final String SETTLE = """
            SELECT set_config('idle_in_transaction_session_timeout', ?, false),
                   set_config('transaction_timeout', ?, false),
                   set_config('statement_timeout', ?, false),
                   set_config('enable_seqscan', 'off', false),
                   set_config('enable_hashjoin', 'off', false),
                   set_config('enable_mergejoin', 'off', false),
                   set_config('plan_cache_mode', ?, false),
                   set_config('jit', 'off', false)
            """;

    private final DataSource direct;
    private final LaneSettings settings;
    private final String plans;
    private final long statementMillis;

    /// @param statementMillis a statement may take, 0 for as long as its transaction
    private LaneConnections(DataSource direct, LaneSettings settings, String plans, long statementMillis) {
        this.direct = direct;
        this.settings = settings;
        this.plans = plans;
        this.statementMillis = statementMillis;
    }

    /// For a lane of a service.
    static LaneConnections ofLane(DataSource direct, LaneSettings settings) {
        // Less than the transaction: what a statement waits for is a lock. To be told so leaves no doubt about a
        // COMMIT that goes out with it, and the end of the session would.
        return new LaneConnections(
                direct, settings, "force_generic_plan", settings.transaction().toMillis() * 5 / 6);
    }

    /// For the engine, which says itself how its lane plans and what it limits, and also reads with these
    /// what a plan for any values would look for in every range of its tables.
    static LaneConnections ofEngine(DataSource direct, LaneSettings settings) {
        return new LaneConnections(direct, settings, "auto", 0);
    }

    @Override
    public Connection getConnection() throws SQLException {
        var db = direct.getConnection();
        try (var settle = db.prepareStatement(SETTLE)) {
            settle.setString(1, settings.idleInTransaction().toMillis() + "ms");
            settle.setString(2, settings.transaction().toMillis() + "ms");
            settle.setString(3, statementMillis + "ms");
            settle.setString(4, plans);
            settle.execute();
            return db;
        } catch (SQLException | RuntimeException e) {
            db.close();
            throw e;
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLException("a lane connects as the user of its database");
    }
}
