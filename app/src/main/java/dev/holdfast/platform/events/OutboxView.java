package dev.holdfast.platform.events;

import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.events.OutboxBooks.Backlog;
import dev.holdfast.platform.events.OutboxBooks.BrokenRun;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.RemoteService;
import dev.holdfast.platform.remote.Role;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import tools.jackson.core.type.TypeReference;

/// What an audit asks of a service's outbox, whether the service runs in this process or in another one.
public interface OutboxView {

    /// The service, which is its schema's name too.
    String service();

    Backlog backlog() throws SQLException;

    List<BrokenRun> brokenRuns() throws SQLException;

    static OutboxView of(ServiceDatabase database) {
        return new Local(database.schema(), OutboxBooks.of(database));
    }

    static OutboxView of(RemoteService service) {
        return new Remote(service);
    }

    /// What the process that has the outbox answers.
    static Offer offer(Role role, OutboxView outbox) {
        return Offer.of(role)
                .on(Remote.BACKLOG, _ -> outbox.backlog())
                .on(Remote.BROKEN_RUNS, _ -> outbox.brokenRuns());
    }

    /// @param books of this process's database
    record Local(String service, OutboxBooks books) implements OutboxView {

        @Override
        public Backlog backlog() throws SQLException {
            return books.backlog();
        }

        @Override
        public List<BrokenRun> brokenRuns() throws SQLException {
            return books.brokenRuns();
        }
    }

    /// @param at the process that has the outbox
    record Remote(RemoteService at) implements OutboxView {

        private static final Operation<String, Backlog> BACKLOG =
                Operation.of("outbox-backlog", String.class, Backlog.class);
        private static final Operation<String, List<BrokenRun>> BROKEN_RUNS = Operation.<String, List<BrokenRun>>of(
                        "outbox-broken-runs", String.class, new TypeReference<>() {})
                .lasting(Duration.ofMinutes(1));

        @Override
        public String service() {
            return at.role().word();
        }

        @Override
        public Backlog backlog() {
            return at.call(BACKLOG, "");
        }

        @Override
        public List<BrokenRun> brokenRuns() {
            return at.call(BROKEN_RUNS, "");
        }
    }
}
