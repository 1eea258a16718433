package dev.holdfast.gateway;

import dev.holdfast.gateway.Problem.Mistake;
import dev.holdfast.platform.ProblemException;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/// Tells a caller what is wrong with the JSON sent, and where. The parser's own texts name Java classes and are
/// written for programmers, so none of them leaves.
final class JsonMistakes {

    private static final String OURS = "dev.holdfast.";

    private JsonMistakes() {}

    static Problem problemOf(JacksonException fault) {
        return switch (fault) {
            case StreamConstraintsException _ ->
                unreadable(fault, "the JSON is nested too deeply, or has a name, a text or a number that is too long");
            case InputCoercionException e -> at(fault, "must be " + wanted(e.getTargetType()));
            case UnrecognizedPropertyException e ->
                at(fault, "is not a known field" + (e.getKnownPropertyIds() == null ? "" : known(e)));
            case InvalidValueException e -> at(fault, e.getOriginalMessage());
            case InvalidFormatException e -> at(fault, "must be " + wanted(e.getTargetType()));
            case MismatchedInputException e -> at(fault, mismatch(e));
            case ValueInstantiationException e -> ofConstructor(e);
            default -> unreadable(fault, "the body is not valid JSON");
        };
    }

    /// A record that refuses its values says why in a sentence of ours; anything else might name a class.
    private static Problem ofConstructor(ValueInstantiationException fault) {
        if (fault.getCause() instanceof ProblemException problem) {
            return Problem.of(problem);
        }
        var cause = fault.getCause();
        var trace = cause == null ? new StackTraceElement[0] : cause.getStackTrace();
        var ours = cause instanceof IllegalArgumentException
                && trace.length > 0
                && trace[0].getClassName().startsWith(OURS);
        return at(fault, ours ? "is not valid: " + cause.getMessage() : "is not a valid value");
    }

    private static String mismatch(MismatchedInputException fault) {
        var target = fault.getTargetType();
        if (fault.getCurrentToken() == null && fault.getPath().isEmpty()) {
            return "is missing: this request needs a body, " + wanted(target);
        }
        return "must be given and be " + wanted(target);
    }

    private static String known(UnrecognizedPropertyException fault) {
        return fault.getKnownPropertyIds().stream()
                .map(Object::toString)
                .sorted()
                .collect(Collectors.joining(", ", "; known are: ", ""));
    }

    private static Problem at(JacksonException fault, String detail) {
        return Problem.invalid(List.of(new Mistake(pointerOf(fault), detail)));
    }

    private static Problem unreadable(JacksonException fault, String what) {
        var where = fault.getLocation();
        var place = where == null || where.getLineNr() < 0
                ? ""
                : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
        return new Problem(
                400,
                "unreadable-request",
                "Unreadable request",
                what + place + "; nothing was changed",
                Map.of("errors", List.of(new Mistake(pointerOf(fault), what + place))),
                new HttpHeaders());
    }

    /// RFC 6901 in the form of a URI fragment. Names are escaped as the pointer wants it (`~0`, `~1`); the
    /// fragment's percent-encoding is left to whoever builds a URI of it.
    private static String pointerOf(JacksonException fault) {
        return fault.getPath().stream()
                .map(step -> step.getPropertyName() == null
                        ? Integer.toString(step.getIndex())
                        : step.getPropertyName().replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining("/", fault.getPath().isEmpty() ? "#" : "#/", ""));
    }

    private static String wanted(Class<?> type) {
        if (type == null) {
            return "of another type";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name())
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        return switch (type.getName()) {
            case "java.lang.String" -> "a text";
            case "int", "java.lang.Integer" -> "a whole number from -2147483648 to 2147483647";
            case "long", "java.lang.Long" -> "a whole number of at most 18 digits";
            case "short", "byte", "java.lang.Short", "java.lang.Byte", "java.math.BigInteger" -> "a whole number";
            case "double", "float", "java.lang.Double", "java.lang.Float", "java.math.BigDecimal" -> "a number";
            case "boolean", "java.lang.Boolean" -> "true or false";
            default -> wantedStructure(type);
        };
    }

    private static String wantedStructure(Class<?> type) {
        if (Temporal.class.isAssignableFrom(type)) {
            return "a time such as 2025-08-05T14:23:00Z";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "a list";
        }
        return type.isRecord() || Map.class.isAssignableFrom(type) ? "an object" : "a value in the documented form";
    }
}
