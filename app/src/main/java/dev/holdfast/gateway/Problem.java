package dev.holdfast.gateway;

import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Trace;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;

/// An error as the caller sees it: problem details of RFC 9457.
///
/// @param slug the last part of its type
/// @param title the same for every occurrence
/// @param detail what was wrong this time and what happens next
/// @param extensions further members, `errors` among them
/// @param headers go out with it
record Problem(
        int status, String slug, String title, String detail, Map<String, Object> extensions, HttpHeaders headers) {

    /// It may have happened.
    static final String UNCLEAR = "outcome-unclear";

    private static final String TYPES = "https://holdfast.dev/problems/";

    /// One mistake in the input.
    ///
    /// @param pointer a JSON pointer as a URI fragment, `#/items/0/qty`
    record Mistake(String pointer, String detail) {}

    Problem(int status, String slug, String title, String detail) {
        this(status, slug, title, detail, Map.of(), new HttpHeaders());
    }

    static Problem of(ProblemException problem) {
        var said = new Problem(
                problem.status(),
                problem.slug(),
                problem.title(),
                problem.getMessage(),
                problem.extensions(),
                new HttpHeaders());
        if (problem.extensions().get("retry_after") instanceof Number seconds) {
            said.headers().set(HttpHeaders.RETRY_AFTER, Long.toString(seconds.longValue()));
        } else if (problem.status() == 503 || problem.status() == 429) {
            said.headers().set(HttpHeaders.RETRY_AFTER, "2");
        }
        return said;
    }

    static Problem invalid(List<Mistake> mistakes) {
        var first = mistakes.getFirst();
        var detail = (first.pointer() + " " + first.detail()).strip()
                + (mistakes.size() > 1 ? " (and " + (mistakes.size() - 1) + " more)" : "")
                + "; nothing was changed";
        return new Problem(400, "invalid-request", "Invalid request", detail).with("errors", mistakes);
    }

    static Problem tooLarge(long limitBytes) {
        return new Problem(
                413,
                "body-too-large",
                "Body too large",
                "the body may have at most " + limitBytes + " bytes; nothing of it was used");
    }

    /// Something of ours does not answer or is full. `detail` says whether the effect may exist.
    static Problem unavailable(String slug, String title, String detail, int retryAfterSeconds) {
        var problem = new Problem(503, slug, title, detail);
        problem.headers().set(HttpHeaders.RETRY_AFTER, Integer.toString(retryAfterSeconds));
        return problem;
    }

    /// What it is to somebody who only asked: that has no outcome which could be unclear, and no key to repeat.
    Problem ofReading() {
        return slug.equals(UNCLEAR)
                ? unavailable(
                        "not-answered",
                        "Not answered",
                        "a service that this answer needs did not reply in time; ask again",
                        2)
                : this;
    }

    Problem with(String name, Object value) {
        var more = new LinkedHashMap<>(extensions);
        more.put(name, value);
        return new Problem(status, slug, title, detail, more, headers);
    }

    Problem with(HttpHeaders more) {
        var all = new HttpHeaders();
        all.putAll(headers);
        all.putAll(more);
        return new Problem(status, slug, title, detail, extensions, all);
    }

    /// The members in the order people read them.
    Map<String, Object> body(HttpServletRequest request) {
        return body(instanceOf(request));
    }

    /// @param instance the path that was asked, or null: it was one call of many
    Map<String, Object> body(String instance) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", TYPES + slug);
        body.put("title", title);
        body.put("status", status);
        body.put("detail", detail);
        if (instance != null) {
            body.put("instance", instance);
        }
        var trace = Trace.current();
        if (trace != null) {
            body.put("trace_id", trace.traceId());
        }
        extensions.forEach(body::putIfAbsent);
        return body;
    }

    private static String instanceOf(HttpServletRequest request) {
        var original = request.getAttribute(jakarta.servlet.RequestDispatcher.ERROR_REQUEST_URI);
        return original instanceof String uri ? uri : request.getRequestURI();
    }
}
