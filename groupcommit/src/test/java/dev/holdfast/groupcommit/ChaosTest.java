package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.groupcommit.Callers.Call;
import dev.holdfast.groupcommit.CommitProxy.Cut;
import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two lanes on one database, as on two nodes, and everything that can go wrong, at random: bad data, impatient
/// callers, deadlocks, terminated backends, broken networks, lost COMMITs. What callers were told must be true,
/// each change happen once, and the order of a caller's changes be kept.
class ChaosTest {

    private static final int CLIENTS = 40;
    private static final int REQUESTS = 40;

    private final Database database = Database.fresh();
    private final AtomicBoolean over = new AtomicBoolean();

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
        // The lanes look for deadlocks sooner than whoever provokes them, and so become the victims.
        database.execute("ALTER ROLE " + database.lanes().getUser() + " SET deadlock_timeout = '20ms'");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void answers_agree_with_the_database_whatever_happens(long seed) throws Exception {
        chaos(seed);
    }

    @Test
    void answers_agree_with_the_database_whatever_happens_this_time() throws Exception {
        chaos(System.nanoTime());
    }

    private void chaos(long seed) throws Exception {
        var random = new Random(seed);
        var model = new CounterModel(seed);
        try (var proxy = new CommitProxy(database.lanes().getPortNumbers()[0])) {
            var calls = new ArrayList<Call<Boolean>>();
            try (var one = lane("one", proxy);
                    var two = lane("two", proxy)) {
                for (int client = 0; client < CLIENTS; client++) {
                    calls.add(client(model, client, client % 2 == 0 ? one : two, random.nextLong()));
                }
                var disturbing = Callers.call(() -> disturb(proxy, model, new Random(random.nextLong())));
                for (var call : calls) {
                    call.result();
                }
                over.set(true);
                model.noMoreAnswers();
                assertThat(disturbing.result()).as("seed %d", seed).isPositive();
            }
        }
        model.check(database, CLIENTS * REQUESTS);
        assertThat(model.done()).as("seed %d", seed).isGreaterThan(CLIENTS * REQUESTS / 2);
    }

    private static Call<Boolean> client(CounterModel model, int client, GroupCommit<Add, Added> lane, long seed) {
        return Callers.call(() -> {
            model.call(client, lane, new Random(seed), REQUESTS);
            return true;
        });
    }

    private GroupCommit<Add, Added> lane(String name, CommitProxy proxy) {
        var settings = GroupCommitSettings.named(name)
                .withMaxBatch(30)
                .withPatience(Duration.ofMinutes(1))
                .withCommitDeadline(Duration.ofSeconds(20));
        return GroupCommit.open(database.lanesThrough(proxy.port()), settings, new Counters());
    }

    /// One disturbance after every few answers.
    ///
    /// @return how many there were
    private int disturb(CommitProxy proxy, CounterModel model, Random random) throws Exception {
        var disturbances = 0;
        for (model.awaitAnswers(20); !over.get(); model.awaitAnswers(20)) {
            disturbances++;
            switch (random.nextInt(7)) {
                case 0 -> database.terminateLane(random.nextBoolean() ? "one" : "two");
                case 1 -> proxy.cutNextCommit(Cut.BEFORE_THE_SERVER);
                case 2 -> proxy.cutNextCommit(Cut.AFTER_THE_SERVER);
                case 3 -> proxy.cutNextCommit(Cut.HELD);
                case 4 -> proxy.breakAll();
                default -> provokeDeadlock(random);
            }
        }
        return disturbances;
    }

    /// Locks two counters against the order of the lanes.
    private void provokeDeadlock(Random random) throws SQLException {
        var first = random.nextInt(4);
        try (var db = database.superuser().getConnection();
                var statement = db.createStatement()) {
            db.setAutoCommit(false);
            statement.execute("SET deadlock_timeout = '1min'");
            for (var counter : List.of(first + 1, first)) {
                statement.execute("SELECT 1 FROM counter WHERE name = 'counter " + counter + "' FOR UPDATE");
            }
            db.commit();
        }
    }
}
