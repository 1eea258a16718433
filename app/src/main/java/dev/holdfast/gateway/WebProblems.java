package dev.holdfast.gateway;

import dev.holdfast.gateway.Problem.Mistake;
import jakarta.validation.ConstraintViolationException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.validation.BindException;
import org.springframework.validation.FieldError;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/// What the web framework refuses, in our words.
final class WebProblems {

    private WebProblems() {}

    /// @return empty when it is no refusal of the framework
    static Optional<Problem> of(Throwable fault) {
        return Optional.ofNullable(
                switch (fault) {
                    case NoResourceFoundException e -> notFound(e.getResourcePath());
                    case HttpRequestMethodNotSupportedException e -> methodNotAllowed(e);
                    case HttpMediaTypeNotSupportedException e ->
                        new Problem(
                                        415,
                                        "unsupported-media-type",
                                        "Unsupported media type",
                                        "a body of type " + orNone(e.getContentType()) + " is not taken here; send "
                                                + e.getSupportedMediaTypes().stream()
                                                        .map(Object::toString)
                                                        .collect(Collectors.joining(" or ")))
                                .with(e.getHeaders());
                    case HttpMediaTypeNotAcceptableException _ -> notAcceptable();
                    case MaxUploadSizeExceededException e -> Problem.tooLarge(Math.max(0, e.getMaxUploadSize()));
                    case BindException e -> Problem.invalid(mistakes(e.getFieldErrors(), e.getGlobalErrors()));
                    case HandlerMethodValidationException e -> invalidArguments(e);
                    case ConstraintViolationException e -> violations(e);
                    case InvalidParameterException _ ->
                        new Problem(
                                400,
                                "unreadable-request",
                                "Unreadable request",
                                "the query string cannot be read: it must be percent-encoded UTF-8");
                    case MethodArgumentTypeMismatchException e -> parameter(e.getName(), "is not valid");
                    case MissingServletRequestParameterException e -> parameter(e.getParameterName(), "must be given");
                    case MissingRequestHeaderException e ->
                        new Problem(
                                400,
                                "invalid-request",
                                "Invalid request",
                                "header " + e.getHeaderName() + " must be given; nothing was changed");
                    case ErrorResponse e -> ofStatus(e.getStatusCode().value()).with(e.getHeaders());
                    default -> null;
                });
    }

    /// For errors of which only the status is known.
    static Problem ofStatus(int status) {
        return switch (status) {
            case 400 -> new Problem(400, "unreadable-request", "Unreadable request", "the request cannot be read");
            case 401 ->
                new Problem(401, "unauthorized", "Unauthorized", "send a valid access token (Authorization: Bearer …)");
            case 403 -> new Problem(403, "forbidden", "Forbidden", "this access token does not allow that");
            case 404 -> new Problem(404, "not-found", "Not found", "there is nothing here");
            case 406 -> notAcceptable();
            case 413 -> new Problem(413, "body-too-large", "Body too large", "the body is too large");
            case 503 -> Problem.unavailable("unavailable", "Unavailable", "not available right now; try again", 2);
            default -> {
                var known = HttpStatus.resolve(status);
                var title = known == null ? "Error" : known.getReasonPhrase();
                var slug = title.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z]+", "-");
                yield new Problem(
                        status,
                        slug,
                        title,
                        status >= 500
                                ? "something went wrong here; it is logged under the trace_id"
                                : "the request was refused; nothing was changed");
            }
        };
    }

    private static Problem notFound(String path) {
        return new Problem(404, "not-found", "Not found", "there is nothing at /" + path);
    }

    private static Problem methodNotAllowed(HttpRequestMethodNotSupportedException fault) {
        var allowed = fault.getSupportedHttpMethods();
        return new Problem(
                        405,
                        "method-not-allowed",
                        "Method not allowed",
                        fault.getMethod() + " is not possible here"
                                + (allowed == null ? "" : "; possible: " + names(allowed)))
                .with(fault.getHeaders());
    }

    private static String names(java.util.Set<HttpMethod> methods) {
        return methods.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));
    }

    private static Problem notAcceptable() {
        return new Problem(
                406, "not-acceptable", "Not acceptable", "this answer exists only as application/json; accept that");
    }

    private static Problem parameter(String name, String detail) {
        return new Problem(
                        400,
                        "invalid-request",
                        "Invalid request",
                        "parameter '" + name + "' " + detail + "; nothing was changed")
                .with("errors", List.of(new ParameterMistake(name, detail)));
    }

    private record ParameterMistake(String parameter, String detail) {}

    private static Problem invalidArguments(HandlerMethodValidationException fault) {
        var mistakes = fault.getParameterValidationResults().stream()
                .flatMap(result -> result.getResolvableErrors().stream()
                        .map(error -> error instanceof FieldError field
                                ? mistake(field)
                                : new Mistake(
                                        "#/" + result.getMethodParameter().getParameterName(),
                                        Objects.requireNonNullElse(error.getDefaultMessage(), "is not valid"))))
                .toList();
        return Problem.invalid(mistakes.isEmpty() ? List.of(new Mistake("#", "is not valid")) : mistakes);
    }

    private static Problem violations(ConstraintViolationException fault) {
        return Problem.invalid(fault.getConstraintViolations().stream()
                .map(violation ->
                        new Mistake(pointer(violation.getPropertyPath().toString()), violation.getMessage()))
                .toList());
    }

    private static List<Mistake> mistakes(List<FieldError> fields, List<? extends MessageSourceResolvable> others) {
        if (fields.isEmpty()) {
            return others.stream()
                    .map(other -> new Mistake("#", other.getDefaultMessage()))
                    .toList();
        }
        return fields.stream().map(WebProblems::mistake).toList();
    }

    private static Mistake mistake(FieldError field) {
        return new Mistake(
                pointer(field.getField()), Objects.requireNonNullElse(field.getDefaultMessage(), "is not valid"));
    }

    /// `items[0].unitPrice` → `#/items/0/unit_price`
    private static String pointer(String path) {
        return "#/"
                + path.replaceAll("\\[(\\d+)]", "/$1")
                        .replace('.', '/')
                        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                        .toLowerCase(java.util.Locale.ROOT);
    }

    private static String orNone(Object contentType) {
        return contentType == null ? "unknown (no Content-Type)" : contentType.toString();
    }
}
