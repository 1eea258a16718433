package dev.holdfast.gateway;

import java.io.IOException;

/// The body of a request went over its limit while being read.
final class BodyTooLargeException extends IOException {

    private final long limitBytes;

    BodyTooLargeException(long limitBytes) {
        super("the body has more than " + limitBytes + " bytes");
        this.limitBytes = limitBytes;
    }

    long limitBytes() {
        return limitBytes;
    }
}
