/// How events travel: the outbox of each service, the relay that empties it, the bus that hands events to their
/// consumers, and each consumer's inbox, which makes delivery at least once into effect once.
package dev.holdfast.platform.events;
