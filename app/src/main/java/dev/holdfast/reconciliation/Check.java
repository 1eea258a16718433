package dev.holdfast.reconciliation;

/// One invariant and what was found.
///
/// @param area `stock`, `money`, `orders`, `sagas`, `labels`, `events`, `keys`
/// @param invariant a sentence that should be true
/// @param figure how many things were looked at, or how many there are
/// @param broken how many break it; 0 is well
/// @param detail an example of those, or of what is listed; or null
record Check(String area, String invariant, long figure, long broken, String detail) {

    static Check of(String area, String invariant, long figure, long broken) {
        return new Check(area, invariant, figure, broken, null);
    }
}
