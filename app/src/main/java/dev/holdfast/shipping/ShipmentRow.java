package dev.holdfast.shipping;

import dev.holdfast.shipping.ShippingApi.Labelled;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A shipment that this transaction has locked, or has inserted itself, with its attempts at carriers. Changes are
/// made here first and written once.
final class ShipmentRow {

    enum Status {
        PENDING,
        CREATED,
        CANCELLED,
        FAILED;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    enum AttemptStatus {
        PENDING,
        CREATED,
        REFUSED,
        UNCLEAR,
        CANCEL_PENDING,
        CANCELLED;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static AttemptStatus of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }

        /// Its answer is awaited, and its label would be taken.
        boolean open() {
            return this == PENDING || this == UNCLEAR;
        }

        /// Given up on: the carrier will make no label under this key any more.
        boolean burned() {
            return this == CANCEL_PENDING || this == CANCELLED;
        }
    }

    static final class Attempt {
        final String carrier;
        final boolean isNew;

        /// Whether a row of `shipping.cancellations` stood for it before this transaction.
        final boolean wasDue;

        AttemptStatus status;
        String trackingNumber;
        boolean changed;

        Attempt(String carrier, AttemptStatus status, boolean isNew) {
            this.carrier = carrier;
            this.isNew = isNew;
            this.wasDue = status == AttemptStatus.CANCEL_PENDING;
            this.status = status;
        }

        void become(AttemptStatus next) {
            changed |= status != next;
            status = next;
        }
    }

    final String shippingId;
    final String orderId;
    final String key;
    final String hash;

    final Map<String, Attempt> attempts = new LinkedHashMap<>();

    /// The how-manieth of its order.
    int ordinal;

    /// The first of its order, which counts the order's events.
    ShipmentRow first;

    /// The last event's number, counted on the first shipment of an order.
    long eventSeq;

    /// The carrier that is asked first, null for a tombstone.
    String asking;

    /// The transaction that wrote the row as it was found.
    long version;

    /// The database's clock when the row was locked.
    Instant lockedAt;

    Status status;
    String carrier;
    String trackingNumber;
    String refusal;
    boolean changed;

    /// By the transaction that made this object.
    boolean inserted;

    /// Neither read nor locked: it counts only if the row is written and still is the version that is remembered.
    boolean remembered;

    /// Inserted by this transaction, and the command that inserted it has not been decided yet.
    boolean fresh;

    ShipmentRow(String shippingId, String orderId, String key, String hash) {
        this.shippingId = shippingId;
        this.orderId = orderId;
        this.key = key;
        this.hash = hash;
    }

    boolean undone() {
        return status == Status.CANCELLED;
    }

    void become(Status next) {
        changed |= status != next;
        status = next;
    }

    /// The first attempt has no row while there is nothing to say but that it is pending.
    void implyFirstAttempt() {
        if (status == Status.PENDING && asking != null && !attempts.containsKey(asking)) {
            attempts.put(asking, new Attempt(asking, AttemptStatus.PENDING, true));
        }
    }

    /// Whether the row of the shipment itself stands for this attempt.
    boolean implies(Attempt attempt) {
        return status == Status.PENDING && attempt.status == AttemptStatus.PENDING && attempt.carrier.equals(asking);
    }

    boolean hasChangedAttempts() {
        return attempts.values().stream().anyMatch(attempt -> attempt.isNew ? !implies(attempt) : attempt.changed);
    }

    /// Whether nothing has happened yet but that the first carrier is being asked.
    boolean isAskingOnly() {
        return attempts.size() == 1 && attempts.containsKey(asking) && implies(attempts.get(asking));
    }

    /// The number of the next event of the order.
    long nextEvent() {
        first.changed = true;
        return ++first.eventSeq;
    }

    /// The attempt whose answer is awaited, or null. There is at most one: the next carrier is asked only when the
    /// one before is refused or given up on.
    Attempt open() {
        return attempts.values().stream()
                .filter(attempt -> attempt.status.open())
                .findFirst()
                .orElse(null);
    }

    /// The attempt at a carrier, pending from now on.
    Attempt begin(String at) {
        var attempt = attempts.get(at);
        if (attempt == null) {
            attempt = new Attempt(at, AttemptStatus.PENDING, true);
            attempts.put(at, attempt);
        } else {
            attempt.become(AttemptStatus.PENDING);
        }
        return attempt;
    }

    Labelled labelled() {
        return new Labelled(shippingId, orderId, carrier, trackingNumber, status.code());
    }
}
