package dev.holdfast.saga;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/// A node, as the fence knows it. A node that starts again is another one: the epoch is never used twice.
record NodeId(String name, long epoch) {

    static final int LONGEST_NAME = 40;

    private static final int LONGEST_HOST = 20;

    /// A name nobody else has: the host and the process for whoever reads it, and something random, because process
    /// ids repeat and containers share them.
    static String uniqueName() {
        var host = host();
        return host.substring(0, Math.min(host.length(), LONGEST_HOST)) + "-"
                + ProcessHandle.current().pid() % 10_000_000 + "-"
                + UUID.randomUUID().toString().substring(0, 8);
    }

    @Override
    public String toString() {
        return name + "#" + epoch;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "node";
        }
    }
}
