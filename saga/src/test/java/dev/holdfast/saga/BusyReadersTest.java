package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A node whose readers get no connection: slow, and not dead.
class BusyReadersTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final HeldReaders readers = new HeldReaders(postgres);
    private final SagaDefinition<String> definition = new Trip().definition();
    private SagaEngine engine;

    @AfterEach
    void close() {
        readers.letGo();
        engine.close();
    }

    @Test
    void a_node_beats_on_while_what_came_for_it_can_not_be_read() throws Exception {
        engine = SagaEngine.builder(readers)
                .laneConnections(postgres.dataSource())
                .node("a")
                .register(definition)
                .start();
        readers.hold();
        assertThat(readers.asked().await(20, TimeUnit.SECONDS)).isTrue();
        postgres.execute("UPDATE saga.saga_nodes SET mail = mail + 1");

        int beats = postgres.number("SELECT beat FROM saga.saga_nodes");
        await().atMost(SOON).until(() -> postgres.number("SELECT beat FROM saga.saga_nodes") >= beats + 4);

        readers.letGo();
        engine.start(definition, request("s1"));
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }
}
