package dev.holdfast.notification;

import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.type.TypeReference;

/// [NotificationBooks] as they travel between processes.
final class NotificationWire {

    static final Operation<List<String>, Map<String, Set<String>>> TOLD =
            Operation.<List<String>, Map<String, Set<String>>>of(
                            "told", new TypeReference<>() {}, new TypeReference<>() {})
                    .lasting(Duration.ofMinutes(1));

    private NotificationWire() {}

    static Offer offer(NotificationBooks books) {
        return Offer.of(Role.NOTIFICATION).on(TOLD, books::told);
    }
}
