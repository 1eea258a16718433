package dev.holdfast.platform;

/// Text as it comes from outside, before anything is done with it: its length, and characters that no name or id
/// has. A control character breaks logs and CSV exports, NUL breaks PostgreSQL, an unpaired surrogate cannot be
/// written as UTF-8.
public final class Text {

    private static final int LONGEST_ID = 64;

    private Text() {}

    /// A text that must be there: 1 to `longest` UTF-16 units, no control characters, not only white space.
    ///
    /// @param pointer where it stood, for the problem: `#/name`
    /// @return the text, unchanged
    /// @throws ProblemException 400 with the pointer
    public static String required(String pointer, String text, int longest) {
        if (text == null) {
            throw ProblemException.invalid(pointer, "is missing");
        }
        var flaw = flaw(text, longest);
        if (flaw != null) {
            throw ProblemException.invalid(pointer, flaw);
        }
        return text;
    }

    /// As [#required], where null is welcome.
    public static String optional(String pointer, String text, int longest) {
        return text == null ? null : required(pointer, text, longest);
    }

    /// An id: 1 to 64 characters that can stand in a URL path without ambiguity.
    ///
    /// @throws ProblemException 400 with the pointer
    public static String id(String pointer, String text) {
        required(pointer, text, LONGEST_ID);
        var flaw = idFlaw(text);
        if (flaw != null) {
            throw ProblemException.invalid(pointer, flaw);
        }
        return text;
    }

    /// A sku: an id that may have blanks inside.
    ///
    /// @throws ProblemException 400 with the pointer
    public static String sku(String pointer, String text) {
        required(pointer, text, LONGEST_ID);
        var flaw = skuFlaw(text);
        if (flaw != null) {
            throw ProblemException.invalid(pointer, flaw);
        }
        return text;
    }

    /// @return what is wrong with `text` as an id, or null
    public static String idFlaw(String text) {
        return idFlaw(text, false);
    }

    /// Sellers bring the product codes they have, and some are words (`GIFT CARD`). A blank inside is no danger: a
    /// path carries it as `%20`. At an end it would be lost by whoever trims, and of two in a row a person sees
    /// one, so those are refused: two products must not have names that look the same. So is any other white space.
    ///
    /// @return what is wrong with `text` as a sku, or null
    public static String skuFlaw(String text) {
        return idFlaw(text, true);
    }

    private static String idFlaw(String text, boolean blanksInside) {
        var flaw = flaw(text, LONGEST_ID);
        if (flaw != null) {
            return flaw;
        }
        if (text.equals(".") || text.equals("..")) {
            return "must not be '" + text + "'";
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (blanksInside && isBlankInside(text, i)) {
                continue;
            }
            if (Character.isWhitespace(c) || Character.isSpaceChar(c) || "/\\?#%;\"".indexOf(c) >= 0) {
                return blanksInside
                        ? "must have no white space but single blanks inside, and none of / \\ ? # % ; \""
                        : "must have no white space and none of / \\ ? # % ; \"";
            }
        }
        return null;
    }

    private static boolean isBlankInside(String text, int i) {
        return text.charAt(i) == ' ' && i > 0 && i < text.length() - 1 && text.charAt(i - 1) != ' ';
    }

    /// @return what is wrong with `text`, or null
    public static String flaw(String text, int longest) {
        if (text.length() > longest) {
            return "must have at most " + longest + " characters, not " + text.length();
        }
        if (text.isBlank()) {
            return "must not be empty";
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                return "must have no control characters, here %04X at %d".formatted((int) c, i);
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return "must be well-formed text; there is half a surrogate pair at " + i;
            }
        }
        return null;
    }
}
