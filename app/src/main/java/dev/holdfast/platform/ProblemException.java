package dev.holdfast.platform;

import java.util.LinkedHashMap;
import java.util.Map;

/// An answer to the caller that is an error: RFC 9457 problem details. `gateway` writes it as
/// `application/problem+json`.
public final class ProblemException extends RuntimeException {

    private final int status;
    private final String slug;
    private final String title;
    private final transient Map<String, Object> extensions = new LinkedHashMap<>();

    /// @param status the HTTP status, 4xx or 5xx
    /// @param slug the last part of the problem type, `out-of-stock`
    /// @param title the same for every occurrence
    /// @param detail what was wrong this time and what happens next
    public ProblemException(int status, String slug, String title, String detail) {
        super(detail);
        this.status = status;
        this.slug = slug;
        this.title = title;
    }

    /// Adds an extension member (snake_case name; the value is written as JSON).
    public ProblemException with(String name, Object value) {
        extensions.put(name, value);
        return this;
    }

    public static ProblemException notFound(String what, String id) {
        return new ProblemException(404, "not-found", "Not found", "there is no " + what + " '" + id + "'");
    }

    /// Input that breaks a rule. `pointer` is a JSON pointer as a URI fragment: `#/items/0/qty`.
    public static ProblemException invalid(String pointer, String detail) {
        return new ProblemException(400, "invalid-request", "Invalid request", pointer + " " + detail)
                .with("errors", java.util.List.of(Map.of("pointer", pointer, "detail", detail)));
    }

    public int status() {
        return status;
    }

    public String slug() {
        return slug;
    }

    public String title() {
        return title;
    }

    public Map<String, Object> extensions() {
        return extensions;
    }
}
