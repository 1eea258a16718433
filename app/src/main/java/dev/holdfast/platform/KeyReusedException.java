package dev.holdfast.platform;

/// An idempotency key came again with another request (422). The caller must use a fresh key for a fresh request.
public final class KeyReusedException extends RuntimeException {

    private final String key;

    public KeyReusedException(String key) {
        super("idempotency key '" + key
                + "' was used with another request; send the same body again or take a new key");
        this.key = key;
    }

    public String key() {
        return key;
    }
}
