package dev.holdfast.gateway;

import dev.holdfast.platform.remote.FaultWording;

/// The door's words for faults, for tests that have no door.
public final class DoorWording {

    private DoorWording() {}

    public static FaultWording get() {
        return new GatewayConfiguration().faultWording();
    }
}
