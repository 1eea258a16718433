package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Transactions that the server ends because they take too long (`transaction_timeout`, 25P04: it closes the
/// connection too; `statement_timeout`, 57014).
class TimeLimitTest {

    /// A request whose counter is called so takes two seconds, any other less than a tenth of one.
    private static final String SLOW = "slow";

    private final Database database = Database.fresh();
    private final Set<Integer> backends = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> causes = new ConcurrentLinkedQueue<>();
    private final Gate<Add, Added> gate = new Gate<>(this::slowly);

    private final GroupCommitSettings settings = GroupCommitSettings.named("limit")
            .withListener(new BatchListener() {
                @Override
                public void rolledBack(String lane, int size, Throwable cause) {
                    causes.add(((SQLException) cause).getSQLState() + " " + size);
                }

                @Override
                public void commitLost(String lane, int size, Throwable cause) {
                    causes.add("lost " + ((SQLException) cause).getSQLState() + " " + size);
                }
            });

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @Test
    void a_batch_that_takes_too_long_is_run_in_halves_and_everybody_is_served() throws Exception {
        try (var lane = GroupCommit.open(limited("transaction_timeout=1000"), settings, gate)) {
            assertServedInOrder(backlog(lane, "a", 16), 16);
            assertThat(causes).contains("25P04 16");
            assertThat(backends).hasSizeGreaterThan(1);
        }
        assertThat(database.number("SELECT value FROM counter WHERE name = 'apples'"))
                .isEqualTo(16);
    }

    @Test
    void a_statement_cancelled_for_its_length_counts_like_a_transaction() throws Exception {
        try (var lane = GroupCommit.open(limited("statement_timeout=1000"), settings, gate)) {
            assertServedInOrder(backlog(lane, "a", 16), 16);
            assertThat(causes).contains("57014 16");
        }
    }

    @Test
    void the_lane_remembers_and_the_next_batch_of_the_backlog_is_smaller() throws Exception {
        try (var lane = GroupCommit.open(limited("transaction_timeout=1000"), settings.withMaxBatch(16), gate)) {
            assertServedInOrder(backlog(lane, "a", 32), 32);
            assertThat(gate.batches().stream().map(List::size)).startsWith(1, 16);
            assertThat(gate.batches().stream().skip(2).map(List::size)).allMatch(size -> size <= 8);
        }
    }

    @Test
    void a_request_that_takes_too_long_alone_is_told_so_and_the_others_are_served() throws Exception {
        try (var lane = GroupCommit.open(limited("transaction_timeout=1000"), settings, gate)) {
            Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
            gate.awaitBatch();
            var calls = Callers.queued(
                    lane, List.of(new Add("a", "apples", 1), new Add("b", SLOW, 1), new Add("c", "apples", 1)));
            gate.open();
            assertThat(calls.get(0).result()).isEqualTo(new Added(1, 1));
            assertThat(calls.get(1).failure())
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("this request alone took longer than the server allows");
            assertThat(calls.get(2).result()).isEqualTo(new Added(2, 2));
            assertThatThrownBy(() -> lane.submit(new Add("b", SLOW, 1))).isInstanceOf(NotCommittedException.class);
        }
        assertThat(database.number("SELECT count(*) FROM claim WHERE counter = 'slow'"))
                .isZero();
    }

    @Test
    void a_commit_that_takes_too_long_is_found_out_in_halves() throws Exception {
        database.asOwner("""
                CREATE FUNCTION think() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_sleep(0.1);
                    RETURN NULL;
                END $$
                """, """
                CREATE CONSTRAINT TRIGGER claim_think AFTER INSERT ON claim DEFERRABLE INITIALLY DEFERRED
                   FOR EACH ROW WHEN (new.counter = 'apples') EXECUTE FUNCTION think()
                """);
        var quick = new Gate<>(new Counters());
        try (var lane = GroupCommit.open(limited("transaction_timeout=1000"), settings, quick)) {
            Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
            quick.awaitBatch();
            var calls = Callers.queued(lane, adds("a", 12));
            quick.open();
            assertServedInOrder(calls, 12);
            assertThat(causes).contains("lost 25P04 12");
        }
    }

    /// Requests that are queued while the lane is held, so that they come as one batch.
    private List<Callers.Call<Added>> backlog(GroupCommit<Add, Added> lane, String keys, int size) throws Exception {
        Callers.call(() -> lane.submit(new Add("first " + keys, "pears", 1)));
        gate.awaitBatch();
        var calls = Callers.queued(lane, adds(keys, size));
        gate.open();
        return calls;
    }

    private static List<Add> adds(String keys, int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> new Add(keys + i, "apples", 1))
                .toList();
    }

    private static void assertServedInOrder(List<Callers.Call<Added>> calls, int size) throws Exception {
        var results = new ArrayList<Added>();
        for (var call : calls) {
            results.add(call.result());
        }
        assertThat(results)
                .isEqualTo(IntStream.rangeClosed(1, size)
                        .mapToObj(i -> new Added(i, i))
                        .toList());
    }

    private List<Added> slowly(Connection db, List<Add> requests) throws SQLException {
        try (var statement = db.createStatement()) {
            try (var row = statement.executeQuery("SELECT pg_backend_pid()")) {
                row.next();
                backends.add(row.getInt(1));
            }
            var seconds = requests.stream()
                    .mapToDouble(add -> add.counter().equals(SLOW) ? 2 : 0.08)
                    .sum();
            statement.execute("SELECT pg_sleep(" + seconds + ")");
        }
        return new Counters().run(db, requests);
    }

    private DataSource limited(String setting) {
        var lanes = database.lanes();
        lanes.setOptions("-c " + setting);
        return lanes;
    }
}
