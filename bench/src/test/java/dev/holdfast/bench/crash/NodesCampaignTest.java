package dev.holdfast.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The short form of `bench nodes`: two shops on one database, one is killed, one is frozen past its lease.
class NodesCampaignTest {

    private static final NodesSettings SETTINGS = new NodesSettings(20_261_127, 2, Duration.ofSeconds(10), 8, 0, 0);

    @Test
    void no_promise_is_broken_while_one_node_after_the_other_dies() throws Exception {
        var said = new ByteArrayOutputStream();
        try (var campaign = new NodesCampaign(SETTINGS, new PrintStream(said, true))) {
            var result = campaign.run();

            assertThat(result.findings()).as(said::toString).isEmpty();
            assertThat(result.confirmed()).isPositive();
            assertThat(result.takeovers()).as(said::toString).isNotEmpty();
            assertThat(result.invariants())
                    .containsKey("audit: sagas: no step was acted on by two nodes: its answer is recorded by the node"
                            + " that went on with it");
        }
    }
}
