package dev.holdfast.platform.remote;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Calls as a request's body, and replies as the lines of its answer.
///
/// The body is a JSON array of calls. The answer is a line of JSON per call, as soon as that call is answered and
/// so in any order: a call that waits seconds for a payment provider holds up no other.
final class Batches {

    static final int MOST_CALLS = 1_000;
    static final String INVALID_ARGUMENT = "invalid-argument";

    private Batches() {}

    /// @param n the place of the call in the request, from 0
    record Line(int n, int status, tools.jackson.databind.JsonNode body) {

        Reply reply() {
            return new Reply(status, body);
        }
    }

    static String path(String service) {
        return InternalDoor.PATH + "v1/" + service + "/batch";
    }

    /// @param calls each in JSON already
    static byte[] body(Collection<byte[]> calls) {
        int length = calls.stream().mapToInt(call -> call.length + 1).sum() + 1;
        var body = new byte[length];
        int at = 0;
        for (var call : calls) {
            body[at++] = (byte) (at == 1 ? '[' : ',');
            System.arraycopy(call, 0, body, at, call.length);
            at += call.length;
        }
        body[at] = ']';
        return body;
    }

    /// @throws RuntimeException it is none
    static List<Call> calls(byte[] body) {
        var calls = new ArrayList<Call>();
        for (var call : Wire.MAPPER.readValue(body, Call[].class)) {
            calls.add(call);
        }
        return calls;
    }

    static byte[] line(int n, Reply reply) {
        return (Wire.MAPPER.writeValueAsString(new Line(n, reply.status(), reply.body())) + "\n")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    /// @throws RuntimeException it is none, or was cut off
    static Line line(String text) {
        return Wire.MAPPER.readValue(text, Line.class);
    }
}
