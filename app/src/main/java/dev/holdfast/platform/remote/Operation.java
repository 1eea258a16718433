package dev.holdfast.platform.remote;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One thing that can be asked of a service, as it travels: what is asked and what is answered, in JSON. Stated
/// once and used on both sides, so they cannot drift apart.
///
/// A yes travels as the JSON of the answer, a business no as a problem whose code is the no's.
///
/// @param <Q> what is asked: a record, a list or a text
/// @param <R> what is answered; a sealed type where a no is possible
public final class Operation<Q, R> {

    private static final String KEY = "key";

    private final String name;
    private final Shape shape;
    private final Function<? super R, Refusal> refusalIn;
    private final Function<Refusal, ? extends R> refused;
    private final Duration patience;

    private Operation(
            String name,
            Shape shape,
            Function<? super R, Refusal> in,
            Function<Refusal, ? extends R> out,
            Duration wait) {
        this.name = Objects.requireNonNull(name, "name");
        this.shape = shape;
        this.refusalIn = in;
        this.refused = out;
        this.patience = wait;
    }

    /// @param mayBeNothing whether null is an answer
    private record Shape(JavaType asked, JavaType yes, boolean mayBeNothing) {}

    /// An operation to which nobody says no.
    public static <Q, R> Operation<Q, R> of(String name, Class<Q> asked, TypeReference<R> answered) {
        return of(name, Wire.MAPPER.constructType(asked), Wire.MAPPER.constructType(answered));
    }

    /// @param answered what is answered, or that of it which is a yes
    public static <Q, R> Operation<Q, R> of(String name, Class<Q> asked, Class<? extends R> answered) {
        return of(name, Wire.MAPPER.constructType(asked), Wire.MAPPER.constructType(answered));
    }

    public static <Q, R> Operation<Q, R> of(String name, TypeReference<Q> asked, TypeReference<R> answered) {
        return of(name, Wire.MAPPER.constructType(asked), Wire.MAPPER.constructType(answered));
    }

    private static <Q, R> Operation<Q, R> of(String name, JavaType asked, JavaType yes) {
        return new Operation<>(
                name,
                new Shape(asked, yes, true),
                _ -> null,
                refusal -> {
                    throw new UnreadableAnswerException("'" + name + "' was answered with a no: " + refusal);
                },
                null);
    }

    /// With the noes it may be answered with.
    ///
    /// @param in the no in an answer, or null: it is a yes
    /// @param out the answer that a no stands for
    public Operation<Q, R> refusing(Function<? super R, Refusal> in, Function<Refusal, ? extends R> out) {
        return new Operation<>(name, new Shape(shape.asked(), shape.yes(), false), in, out, patience);
    }

    /// For what takes longer than other calls of its service (an audit's walk through the books).
    public Operation<Q, R> lasting(Duration most) {
        return new Operation<>(name, shape, refusalIn, refused, most);
    }

    public String name() {
        return name;
    }

    /// How long to wait for its answer.
    Duration patienceOr(Duration usual) {
        return patience == null ? usual : patience;
    }

    /// A request's member `key` is its idempotency key and travels as that, not in the body.
    Call write(Q request, String traceparent) {
        var body = Wire.MAPPER.<JsonNode>valueToTree(request);
        var key = body instanceof ObjectNode members ? members.remove(KEY) : null;
        return new Call(name, key == null || key.isNull() ? null : key.asString(), traceparent, body);
    }

    Q read(Call call) {
        if (call.idempotencyKey() != null && call.body() instanceof ObjectNode members) {
            members.put(KEY, call.idempotencyKey());
        }
        return Wire.MAPPER.treeToValue(call.body(), shape.asked());
    }

    Reply answer(R result) {
        var no = result == null ? null : refusalIn.apply(result);
        return no == null ? new Reply(200, Wire.WHOLE.valueToTree(result)) : no.reply();
    }

    /// @throws UnreadableAnswerException it is not what this operation is answered with
    R yes(JsonNode body) {
        R answer;
        try {
            answer = Wire.TOLERANT.treeToValue(body, shape.yes());
        } catch (RuntimeException e) {
            throw new UnreadableAnswerException("the answer to '" + name + "' cannot be read: " + e.getMessage());
        }
        if (answer == null && !shape.mayBeNothing()) {
            throw new UnreadableAnswerException("'" + name + "' was answered with nothing");
        }
        return answer;
    }

    R no(Refusal refusal) {
        return refused.apply(refusal);
    }
}
