package dev.holdfast.platform.remote;

/// Words a fault as a problem: the gateway's one table, for calls that do not go through its door one by one.
@FunctionalInterface
public interface FaultWording {

    Reply told(Throwable fault);
}
