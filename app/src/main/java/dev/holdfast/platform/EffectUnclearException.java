package dev.holdfast.platform;

/// No answer came back from a system outside (a payment provider, a carrier): the effect may exist. Repeat under
/// the same key to find out.
public final class EffectUnclearException extends RuntimeException {

    public EffectUnclearException(String message, Throwable cause) {
        super(message, cause);
    }
}
