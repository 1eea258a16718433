package dev.holdfast.saga;

/// What became of a start.
public sealed interface StartAnswer {

    /// The saga concerned: the new one, or the one that stands in the way.
    String sagaId();

    /// It is durable and running.
    record Started(String sagaId) implements StartAnswer {}

    /// The same key and the same request: this saga was started by it before.
    record AlreadyStarted(String sagaId) implements StartAnswer {}

    /// The key started this saga, by another request.
    record KeyReused(String sagaId) implements StartAnswer {}

    /// This saga has, or had, the name. Nothing was recorded; the key may be used again.
    record NameTaken(String sagaId) implements StartAnswer {}

    /// This saga holds the subject. Nothing was recorded; the key may be used again.
    record SubjectTaken(String sagaId) implements StartAnswer {}
}
