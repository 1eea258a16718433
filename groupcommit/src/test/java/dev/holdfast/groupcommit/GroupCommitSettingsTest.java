package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Settings refuse nonsense when they are made, with the value in the message.
class GroupCommitSettingsTest {

    private final GroupCommitSettings settings = GroupCommitSettings.named("lane");

    @Test
    void the_defaults_are_the_documented_ones() {
        assertThat(settings)
                .isEqualTo(new GroupCommitSettings(
                        "lane", 20_000, 500, Duration.ofSeconds(10), Duration.ofSeconds(30), BatchListener.NONE));
    }

    @Test
    void nonsense_is_refused() {
        refused(() -> GroupCommitSettings.named(" "), "' '");
        refused(() -> settings.withMaxQueued(0), "maxQueued must be 1 or more, not 0");
        refused(() -> settings.withMaxBatch(-1), "maxBatch must be 1 or more, not -1");
        refused(() -> settings.withPatience(Duration.ZERO), "patience must be positive, not PT0S");
        refused(() -> settings.withCommitDeadline(null), "commitDeadline must be positive, not null");
        assertThatThrownBy(() -> settings.withListener(null)).isInstanceOf(NullPointerException.class);
    }

    private static void refused(Runnable making, String message) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
