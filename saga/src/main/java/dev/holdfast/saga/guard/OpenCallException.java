package dev.holdfast.saga.guard;

/// Something was begun under a key and its answer is not on record, so neither the step nor its undo can be
/// decided. Find out what became of it, record that with [ProviderGuard#settle], and repeat the call.
public final class OpenCallException extends RuntimeException {

    private final String key;

    OpenCallException(String key) {
        super("what was begun under '" + key + "' has no answer on record; find out what became of it, record that with"
                + " ProviderGuard.settle and repeat the call");
        this.key = key;
    }

    public String key() {
        return key;
    }
}
