package dev.holdfast.platform.remote;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// How the services of other processes answer, as far as this one has asked them. Always up, and no part of
/// readiness: what can be done without the missing one is done, what cannot is refused at the door with a 503, and
/// neither a restart of this process nor another one in its place would bring the missing one back.
final class ServicesHealth implements HealthIndicator {

    private final Roles roles;
    private final RemoteMetrics metrics;

    ServicesHealth(Roles roles, RemoteMetrics metrics) {
        this.roles = roles;
        this.metrics = metrics;
    }

    @Override
    public Health health() {
        var health = Health.up().withDetail("here", roles.toString());
        var heard = metrics.last();
        for (var role : roles.elsewhere()) {
            var last = heard.get(role);
            health.withDetail(
                    role.word(),
                    last == null
                            ? "not asked yet"
                            : last.fault() == null
                                    ? "answers since " + last.since()
                                    : "fails since " + last.since() + ": " + last.fault());
        }
        return health.build();
    }
}
