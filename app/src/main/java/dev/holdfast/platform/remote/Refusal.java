package dev.holdfast.platform.remote;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/// A business no on its way: a problem by RFC 9457, as callers of `/v1` know them.
///
/// @param status 402, 404 or 409
/// @param code the last part of the problem's type
/// @param message for people
/// @param members further members by name
public record Refusal(int status, String code, String message, Map<String, ?> members) {

    public static Refusal conflict(String code, String message) {
        return new Refusal(409, code, message, Map.of());
    }

    Reply reply() {
        var problem = new LinkedHashMap<String, Object>(members);
        problem.put("type", Wire.TYPES + code);
        problem.put("title", code.replace('-', ' '));
        problem.put("status", status);
        problem.put("detail", message);
        return new Reply(status, Wire.WHOLE.valueToTree(problem));
    }

    static Refusal of(Reply reply) {
        var members = new LinkedHashMap<String, JsonNode>();
        reply.body().properties().forEach(member -> members.put(member.getKey(), member.getValue()));
        return new Refusal(reply.status(), reply.slug(), reply.detail(), members);
    }

    /// The answer that this is, where it is nothing but a code and a message.
    public <R> R as(BiFunction<String, String, R> no) {
        return no.apply(code, message);
    }

    /// A further member of a no that has arrived.
    ///
    /// @throws UnreadableAnswerException it is not there, or something else
    public <T> T member(String name, TypeReference<T> type) {
        if (!(members.get(name) instanceof JsonNode value) || value.isNull()) {
            throw new UnreadableAnswerException("the no '" + code + "' lacks '" + name + "'");
        }
        try {
            return Wire.TOLERANT.convertValue(value, type);
        } catch (RuntimeException e) {
            throw new UnreadableAnswerException("the no '" + code + "' cannot be read: " + e.getMessage());
        }
    }

    /// A further member that is a text, or null.
    public String text(String name) {
        return members.get(name) instanceof JsonNode value && value.isString() ? value.asString() : null;
    }
}
