package dev.holdfast.platform.remote;

/// Where other processes of the shop knock, and how they are known: for whoever calls, for whoever answers, and for
/// the gateway, which stands in between.
public final class InternalDoor {

    /// What all its paths begin with.
    public static final String PATH = "/internal/";

    /// The header that carries `holdfast.services.secret`.
    public static final String SECRET = "Holdfast-Secret";

    private InternalDoor() {}
}
