package dev.holdfast.platform;

import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.MDC;

/// Where in a distributed trace this thread works: the W3C trace context (<https://www.w3.org/TR/trace-context/>).
///
/// The door binds one to each request. Whoever goes on elsewhere (a saga on its own thread, a consumer of an event)
/// keeps [#traceparent()] with the work and binds it again with [#call]. While bound, log lines carry `trace_id`.
///
/// @param traceId 32 lower-case hex digits, not all zero
/// @param spanId 16 lower-case hex digits, not all zero
/// @param sampled whether the caller records the trace
public record Trace(String traceId, String spanId, boolean sampled) {

    private static final ScopedValue<Trace> CURRENT = ScopedValue.newInstance();
    private static final String LOGGED_AS = "trace_id";
    /// `version-traceId-spanId-flags`, in hex digits.
    private static final int LENGTH = 55;

    /// The trace bound to this thread, or null outside of any.
    public static Trace current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /// The `traceparent` of the trace bound to this thread, or null outside of any.
    public static String currentTraceparent() {
        return CURRENT.isBound() ? CURRENT.get().traceparent() : null;
    }

    /// A trace that begins here.
    public static Trace begin(RandomGenerator random) {
        return new Trace(hex(random, 16), hex(random, 8), true);
    }

    /// Reads a `traceparent`. A malformed one is no error: the standard says to ignore it and begin a trace.
    public static Optional<Trace> parse(String traceparent) {
        if (traceparent == null) {
            return Optional.empty();
        }
        if (traceparent.length() < LENGTH
                || !isHex(traceparent, 0, 2)
                || !isHex(traceparent, 3, 35)
                || !isHex(traceparent, 36, 52)
                || !isHex(traceparent, 53, 55)
                || !isRest(traceparent)
                || traceparent.startsWith("ff")) {
            return Optional.empty();
        }
        var traceId = traceparent.substring(3, 35);
        var spanId = traceparent.substring(36, 52);
        if (isZero(traceId) || isZero(spanId)) {
            return Optional.empty();
        }
        return Optional.of(new Trace(traceId, spanId, (HexFormat.fromHexDigit(traceparent.charAt(54)) & 1) == 1));
    }

    /// Version 00 ends after the flags; a later one may say more, which is skipped.
    private static boolean isRest(String traceparent) {
        return traceparent.charAt(2) == '-'
                && traceparent.charAt(35) == '-'
                && traceparent.charAt(52) == '-'
                && (traceparent.length() == LENGTH
                        || traceparent.charAt(LENGTH) == '-' && !traceparent.startsWith("00"));
    }

    private static boolean isHex(String text, int from, int until) {
        for (int i = from; i < until; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String id) {
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }

    /// A span below this one, in the same trace.
    public Trace child(RandomGenerator random) {
        return new Trace(traceId, hex(random, 8), sampled);
    }

    /// As the header and the events carry it.
    public String traceparent() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }

    /// Runs `work` with this trace bound to the thread.
    public <T, X extends Throwable> T call(ScopedValue.CallableOp<T, X> work) throws X {
        var outer = MDC.get(LOGGED_AS);
        if (traceId.equals(outer)) {
            return ScopedValue.where(CURRENT, this).call(work);
        }
        MDC.put(LOGGED_AS, traceId);
        try {
            return ScopedValue.where(CURRENT, this).call(work);
        } finally {
            if (outer == null) {
                MDC.remove(LOGGED_AS);
            } else {
                MDC.put(LOGGED_AS, outer);
            }
        }
    }

    /// Runs `work` in the trace that a `traceparent` names, or in none when it names none.
    public static <X extends Throwable> void within(String traceparent, Work<X> work) throws X {
        var trace = parse(traceparent);
        if (trace.isEmpty()) {
            work.run();
            return;
        }
        trace.get().<Void, X>call(() -> {
            work.run();
            return null;
        });
    }

    /// What is done within a trace.
    @FunctionalInterface
    public interface Work<X extends Throwable> {
        void run() throws X;
    }

    private static String hex(RandomGenerator random, int bytes) {
        var id = new byte[bytes];
        random.nextBytes(id);
        id[bytes - 1] |= 1; // never all zero, which would mean "none"
        return HexFormat.of().formatHex(id);
    }
}
