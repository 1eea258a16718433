package dev.holdfast.notification;

import dev.holdfast.platform.remote.RemoteService;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The books of another process that tells customers.
final class RemoteNotificationBooks implements NotificationBooks {

    private final RemoteService service;

    RemoteNotificationBooks(RemoteService service) {
        this.service = service;
    }

    @Override
    public Map<String, Set<String>> told(Collection<String> orderIds) {
        return service.call(NotificationWire.TOLD, List.copyOf(orderIds));
    }
}
