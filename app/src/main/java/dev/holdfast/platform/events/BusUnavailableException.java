package dev.holdfast.platform.events;

/// The bus or a consumer's database cannot be reached: no event is to blame, the page is to be delivered again.
public final class BusUnavailableException extends RuntimeException {

    public BusUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
