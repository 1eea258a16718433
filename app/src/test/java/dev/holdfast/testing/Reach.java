package dev.holdfast.testing;

import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.OverHttp;
import dev.holdfast.platform.remote.RemoteService;
import java.util.Deque;
import java.util.function.Function;
import java.util.function.Supplier;

/// How a suite reaches the service it examines. What a service promises it promises both ways, so one suite runs
/// both ways.
public enum Reach {
    IN_PROCESS,
    OVER_HTTP;

    /// @param local the service itself
    /// @param offer what it answers to other processes
    /// @param proxy what other processes call it by
    /// @param opened where to leave what is to be closed, first what stands first
    public <T> T reach(T local, Supplier<Offer> offer, Function<RemoteService, T> proxy, Deque<AutoCloseable> opened) {
        return switch (this) {
            case IN_PROCESS -> local;
            case OVER_HTTP -> {
                var served = OverHttp.serving(offer.get());
                opened.push(served);
                yield proxy.apply(served.service());
            }
        };
    }

    /// Closes all of it.
    public static void close(Deque<AutoCloseable> opened) throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
