package dev.holdfast.platform.events;

import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.events.EventBus.Setback;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.RemoteService;
import dev.holdfast.platform.remote.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/// The consumers of a service that runs in another process, as the bus of this one sees them.
///
/// A page goes over in one call and counts as delivered only when the other process says so; anything else brings
/// it back later. So an event is never lost between the two. Delivered twice, or still being worked on there when
/// it comes again, it is taken once: the inbox there claims it in the transaction of its effects. Nor can a page
/// overtake the one before it, since the relay does not send the next before this one is answered.
final class RemoteConsumers {

    static final Operation<Delivery, Map<String, Setback>> DELIVER = Operation.<Delivery, Map<String, Setback>>of(
                    "deliver-events", Delivery.class, new TypeReference<>() {})
            .lasting(Duration.ofMinutes(1));

    private final RemoteService service;

    RemoteConsumers(RemoteService service) {
        this.service = service;
    }

    /// @param events of one source, in order per subject
    record Delivery(String source, List<Event> events) {}

    /// Takes pages from the relay of another process.
    @FunctionalInterface
    interface Receiver {

        /// As [EventBus#publish], to the consumers of one role only. A page comes with what that role wants of it
        /// left in; another role's consumer would miss the rest, and take what is later for all there was.
        Map<String, Setback> receive(Role role, String source, List<Event> events) throws InterruptedException;
    }

    /// What the process of these consumers answers. What cannot be taken now has not been looked at, or will be
    /// known again by the inbox: either way it may come again.
    static Offer offer(Role role, Receiver receiver) {
        return Offer.of(role).on(DELIVER, page -> {
            try {
                return receiver.receive(role, page.source(), page.events());
            } catch (BusUnavailableException e) {
                throw new EffectUnclearException(e.getMessage(), e);
            }
        });
    }

    boolean want(String type) {
        return Subscriptions.of(service.role()).contains(type);
    }

    Map<String, Setback> deliver(String source, List<Event> events) {
        try {
            return service.call(DELIVER, new Delivery(source, events));
        } catch (NoEffectException | EffectUnclearException e) {
            throw new BusUnavailableException(e.getMessage(), e);
        }
    }
}
