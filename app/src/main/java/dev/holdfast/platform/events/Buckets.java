package dev.holdfast.platform.events;

/// The share-out of events among relays. An event's bucket comes from its subject, not from its partition key:
/// order is promised per subject, so a subject must never be in two relays' hands at once.
final class Buckets {

    /// Never changes: rows carry their bucket.
    static final int COUNT = 64;

    private Buckets() {}

    /// The same on every JVM: the hash of a string is specified.
    static short of(String subject) {
        int hash = subject.hashCode() * 0x9E3779B9;
        return (short) (hash >>> 26);
    }
}
