package dev.holdfast.platform.remote;

import tools.jackson.databind.JsonNode;

/// The answer to one call: a status as in HTTP, and JSON; of an error, a problem by RFC 9457.
public record Reply(int status, JsonNode body) {

    boolean isYes() {
        return status == 200;
    }

    /// Whether it is a problem as this system writes them, and so was written by one of its processes and by no
    /// proxy on the way.
    boolean isOurProblem() {
        return body != null
                && body.isObject()
                && body.path("type").asString("").startsWith(Wire.TYPES)
                && body.path("status").asInt(0) == status;
    }

    /// The last part of the problem's type.
    String slug() {
        return body.path("type").asString("").substring(Wire.TYPES.length());
    }

    /// What was said for people: by whoever failed, or else by the door.
    String detail() {
        return body.path("cause").asString(body.path("detail").asString(""));
    }
}
