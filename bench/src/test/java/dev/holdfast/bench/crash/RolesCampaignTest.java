package dev.holdfast.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The short form of `bench roles`: services in five JVMs, two of which die.
class RolesCampaignTest {

    private static final long SEED = 7;

    @Test
    void every_promise_is_kept_while_services_in_processes_of_their_own_die_and_come_back() throws Exception {
        var said = new ByteArrayOutputStream();
        try (var campaign =
                new RolesCampaign(new RolesSettings(SEED, Duration.ZERO, 6, 2), new PrintStream(said, true))) {
            assertThat(campaign.run()).as(said::toString).isTrue();
            assertThat(campaign.confirmed()).as(said::toString).isPositive();
        }
        assertThat(said.toString()).contains("a shop of 5 processes").contains("clean");
    }
}
