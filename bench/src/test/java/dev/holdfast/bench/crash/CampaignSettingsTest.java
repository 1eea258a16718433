package dev.holdfast.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CampaignSettingsTest {

    @Test
    void every_blow_is_dealt_once_before_any_is_dealt_again() {
        var settings = settings(7, CampaignSettings.ALL_BLOWS);
        var dealt = IntStream.rangeClosed(1, 3 * CampaignSettings.ALL_BLOWS.size())
                .mapToObj(settings::blowOf)
                .toList();
        for (int deck = 0; deck < 3; deck++) {
            var from = deck * CampaignSettings.ALL_BLOWS.size();
            assertThat(dealt.subList(from, from + CampaignSettings.ALL_BLOWS.size()))
                    .containsExactlyInAnyOrderElementsOf(CampaignSettings.ALL_BLOWS);
        }
    }

    @Test
    void a_round_by_itself_draws_what_it_drew_in_the_campaign() {
        var whole = settings(7, CampaignSettings.ALL_BLOWS);
        var alone = settings(7, List.of(whole.blowOf(31)));
        assertThat(alone.blowOf(31)).isEqualTo(whole.blowOf(31));
        assertThat(alone.randomOf(31, 4).nextLong())
                .isEqualTo(whole.randomOf(31, 4).nextLong());
        assertThat(whole.commandFor(31))
                .isEqualTo("./holdfast bench crash --seed=7 --from-round=31 --rounds=1 --clients=5 --only="
                        + whole.blowOf(31).word());
    }

    @Test
    void rounds_customers_and_seeds_draw_apart() {
        var draws = new java.util.HashSet<Long>();
        for (long seed = 1; seed <= 10; seed++) {
            for (int round = 1; round <= 10; round++) {
                for (int stream = 0; stream <= 10; stream++) {
                    draws.add(settings(seed, CampaignSettings.ALL_BLOWS)
                            .randomOf(round, stream)
                            .nextLong());
                }
            }
        }
        assertThat(draws).hasSize(10 * 10 * 11);
    }

    @Test
    void nonsense_is_refused_with_its_value() {
        assertThatThrownBy(() -> new CampaignSettings(1, 1, 0, 32, 25, CampaignSettings.ALL_BLOWS))
                .hasMessage("--rounds must be 1 or more, not 0");
        assertThatThrownBy(() -> new CampaignSettings(1, 1, 1, 5_000, 25, CampaignSettings.ALL_BLOWS))
                .hasMessage("--clients must be 1 to 1000, not 5000");
        assertThatThrownBy(() -> Blow.of("flood")).hasMessageContaining("'flood' is none of [server, server-twice");
    }

    private static CampaignSettings settings(long seed, List<Blow> blows) {
        return new CampaignSettings(seed, 1, 100, 5, 25, blows);
    }
}
