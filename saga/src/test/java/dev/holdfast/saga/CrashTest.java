package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/// The process is killed again and again, at moments nobody chose, until every saga has ended.
class CrashTest {

    private static final int SAGAS = 140;
    private static final int KILLS = 4;

    private final TestPostgres postgres = TestPostgres.withSagaTables();

    @TempDir
    private Path folder;

    /// The process that is killed: starts what is not started yet, and waits for the end of all.
    static final class Victim {

        private Victim() {}

        public static void main(String[] args) throws Exception {
            var dataSource = new PGSimpleDataSource();
            dataSource.setUrl(args[0]);
            try (var books = new Books(dataSource)) {
                var definition = books.definition();
                var engine = SagaEngine.builder(dataSource).register(definition).start();
                for (int i = 1; i <= SAGAS; i++) {
                    var id = "s%04d".formatted(i);
                    engine.start(
                            definition,
                            new StartRequest<>(id, String.valueOf(i), "crash", id, "hash", "cart:" + i, null, null));
                }
                for (int i = 1; i <= SAGAS; i++) {
                    engine.await("s%04d".formatted(i), Duration.ofMinutes(1));
                }
                engine.close();
            }
        }
    }

    @Test
    void every_saga_ends_and_all_books_balance_however_often_the_process_is_killed() throws Exception {
        postgres.execute(Books.TABLE);
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int kill = 1; kill <= KILLS; kill++) {
            var victim = victim();
            int rows = postgres.number("SELECT count(*) FROM saga.saga_steps") + random.nextInt(1, 200);
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> !victim.isAlive() || postgres.number("SELECT count(*) FROM saga.saga_steps") >= rows);
            victim.destroyForcibly().waitFor();
        }
        var last = victim();
        assertThat(last.waitFor(2, TimeUnit.MINUTES)).as("seed %d", seed).isTrue();
        assertThat(last.exitValue()).isZero();

        audit(seed);
    }

    private void audit(long seed) throws SQLException {
        assertThat(new SagaBooks(postgres.dataSource()).always())
                .as("seed %d", seed)
                .allMatch(rule -> rule.broken() == 0);
        assertThat(postgres.texts(
                        "SELECT status || ' ' || count(*) FROM saga.saga_executions GROUP BY status ORDER BY 1"))
                .as("seed %d", seed)
                .containsExactly("COMPLETED 112", "FAILED 28");
        assertThat(postgres.texts("""
                SELECT e.status || ': ' || string_agg(split_part(f.key, ':', 2) || ' ' || f.state, ', ' ORDER BY f.key)
                  FROM saga.saga_executions AS e JOIN effects AS f ON split_part(f.key, ':', 1) = e.saga_id
                 GROUP BY e.saga_id, e.status
                """))
                .as("seed %d", seed)
                .hasSize(SAGAS)
                .containsOnly(
                        "COMPLETED: hotel done, pay done, seat done, ticket done", "FAILED: hotel undone, seat undone");
        assertThat(postgres.number("""
                SELECT count(*) FROM saga.saga_compensating_tasks AS t JOIN saga.saga_executions AS e USING (saga_id)
                 WHERE t.status <> 'COMPLETED' OR e.status <> 'FAILED'
                """)).isZero();
        var reads = new SagaReads(postgres.dataSource());
        for (var id : postgres.texts("SELECT saga_id FROM saga.saga_executions")) {
            var whole = reads.find(id).orElseThrow();
            assertThat(Standing.of(whole.recorded().log()).status().ended()).isTrue();
        }
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_steps WHERE event = 'RECOVERED'"))
                .as("kills in mid-flight, seed %d", seed)
                .isPositive();
    }

    private Process victim() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        postgres.url())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(folder.toFile(), "victim.log")))
                .start();
    }
}
