package dev.holdfast.saga.guard;

/// A different request came under a key that stands for another one. It had no effect and will have none under this
/// key: its caller has to use a key of its own.
public final class RequestMismatchException extends RuntimeException {

    private final String key;

    RequestMismatchException(String key) {
        super("'" + key + "' stands for another request already; this one was not acted upon. Repeat the first request,"
                + " or use a key of its own for this one");
        this.key = key;
    }

    public String key() {
        return key;
    }
}
