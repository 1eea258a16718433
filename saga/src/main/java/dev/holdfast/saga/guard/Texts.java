package dev.holdfast.saga.guard;

/// Texts that come from business code and have to be kept.
final class Texts {

    private Texts() {}

    /// The text with U+FFFD for what PostgreSQL refuses (the character zero) or the driver would change (halves of
    /// surrogate pairs). An answer that cannot be written would make its step impossible for a character.
    static String storable(String text) {
        var kept = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '\uFFFD' : c)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }
}
