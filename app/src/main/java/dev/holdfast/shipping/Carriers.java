package dev.holdfast.shipping;

import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.shipping.Carrier.Parcel;
import dev.holdfast.shipping.ShippingCommand.Outcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The carriers there are, in the order they are asked, and how often.
final class Carriers {

    private static final Logger LOG = LoggerFactory.getLogger(Carriers.class);

    private final Map<String, Carrier> byName = new LinkedHashMap<>();
    private final List<Duration> backoff;
    private final Sleeper sleeper;

    /// @param inOrder the first is the one asked first
    /// @param backoff the pauses before the retries at a carrier; as many retries as pauses
    Carriers(List<Carrier> inOrder, List<Duration> backoff, Sleeper sleeper) {
        inOrder.forEach(carrier -> byName.put(carrier.name(), carrier));
        this.backoff = List.copyOf(backoff);
        this.sleeper = sleeper;
    }

    /// Whom to ask, in order. A carrier asked for by name is asked alone: who names one has a reason (a contract, a
    /// customer's wish, a pickup that is due), and a label of another would be a wrong one.
    List<String> plan(String asked) {
        return asked == null ? List.copyOf(byName.keySet()) : List.of(asked);
    }

    /// All tries at one carrier, under one key. What any try may have done stays possible: a later "surely no
    /// effect" speaks for itself only.
    Outcome create(String name, String key, Parcel parcel) {
        var carrier = named(name);
        boolean unclear = false;
        Exception last = null;
        for (int attempt = 0; attempt <= backoff.size(); attempt++) {
            try {
                if (attempt > 0) {
                    sleeper.sleep(backoff.get(attempt - 1));
                }
                return switch (carrier.create(key, parcel)) {
                    case Carrier.Made(String trackingNumber) -> new ShippingCommand.Made(trackingNumber);
                    case Carrier.Declined(String message) -> new ShippingCommand.Declined(message);
                };
            } catch (NoEffectException e) {
                last = e;
            } catch (EffectUnclearException e) {
                unclear = true;
                last = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EffectUnclearException("stopped while waiting for " + name, e);
            } catch (RuntimeException e) {
                LOG.error("{} failed in a way nobody expected; whether it made label {} is unclear", name, key, e);
                unclear = true;
                last = e;
            }
        }
        var cause = String.valueOf(last.getMessage());
        return unclear ? new ShippingCommand.Unclear(cause) : new ShippingCommand.NotReached(cause);
    }

    /// @throws EffectUnclearException or [NoEffectException] when it must be tried again
    void cancel(String name, String key) {
        named(name).cancel(key);
    }

    private Carrier named(String name) {
        var carrier = byName.get(name);
        if (carrier == null) {
            throw new IllegalStateException("carrier '" + name + "' is not configured; its labels wait until it is");
        }
        return carrier;
    }
}
