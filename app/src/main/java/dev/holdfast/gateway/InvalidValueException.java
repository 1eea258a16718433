package dev.holdfast.gateway;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.exc.MismatchedInputException;

/// A value that JSON allows and this system does not. The message is for the caller.
final class InvalidValueException extends MismatchedInputException {

    InvalidValueException(JsonParser at, String message, Class<?> wanted) {
        super(at, message, wanted);
    }
}
