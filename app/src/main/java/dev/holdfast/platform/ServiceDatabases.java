package dev.holdfast.platform;

/// Hands each service its database: the shared one by default, one of its own where configured.
public interface ServiceDatabases {

    /// @param schema the service's name, which is its schema's
    ServiceDatabase of(String schema);
}
