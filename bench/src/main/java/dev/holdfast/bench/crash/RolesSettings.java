package dev.holdfast.bench.crash;

import java.time.Duration;
import java.util.Random;

/// A campaign against a shop whose services run apart.
///
/// @param seed of all that is drawn
/// @param lasting no round begins later than this; zero: one round
/// @param clients customers at once, 1 to 1,000
/// @param kills processes killed in a round, one after the other, each once before any is killed again; 1 or more
public record RolesSettings(long seed, Duration lasting, int clients, int kills) {

    private static final int MOST_CLIENTS = 1_000;

    public RolesSettings {
        if (lasting.isNegative()) {
            throw new IllegalArgumentException("--minutes must be 0 or more, not " + lasting.toMinutes());
        }
        if (clients < 1 || clients > MOST_CLIENTS) {
            throw new IllegalArgumentException("--clients must be 1 to 1000, not " + clients);
        }
        if (kills < 1) {
            throw new IllegalArgumentException("--kills must be 1 or more, not " + kills);
        }
    }

    /// @param stream 0 for what is done to the shop, others for its customers
    Random randomOf(int round, int stream) {
        return load().randomOf(round, stream);
    }

    private CampaignSettings load() {
        return new CampaignSettings(seed, 1, 1, clients, 1, CampaignSettings.ALL_BLOWS);
    }
}
