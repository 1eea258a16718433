package dev.holdfast.saga;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// A JSON object whose values are all texts: the one shape the log's details have, so no JSON library is needed.
///
/// Texts come from participants and exceptions, so they may hold what `jsonb` refuses: the character zero and
/// halves of surrogate pairs. They are written as U+FFFD, because a log row that cannot be written would hold its
/// saga up for a character.
final class FlatJson {

    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /// @return `null` for an empty map: a column that says nothing
    static String write(Map<String, String> values) {
        if (values.isEmpty()) {
            return null;
        }
        var json = new StringBuilder("{");
        new TreeMap<>(values).forEach((name, value) -> {
            json.append(json.length() == 1 ? "" : ",");
            quote(json, name);
            json.append(':');
            quote(json, value);
        });
        return json.append('}').toString();
    }

    /// @param json what [#write] wrote, as PostgreSQL prints it, or `null`
    static Map<String, String> read(String json) {
        return json == null ? Map.of() : new FlatJson(json).object();
    }

    static String quoted(String value) {
        var json = new StringBuilder();
        quote(json, value);
        return json.toString();
    }

    static String unquoted(String json) {
        return new FlatJson(json).string();
    }

    /// Whether PostgreSQL keeps a text as it is.
    static boolean isStorable(String text) {
        return storable(text).equals(text);
    }

    /// The text with U+FFFD for what PostgreSQL's `text` and `jsonb` refuse, or the driver would silently change.
    static String storable(String text) {
        if (isPlain(text)) {
            return text;
        }
        var kept = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '\uFFFD' : c)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    /// Nearly every text is: every row of every log asks.
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0 || Character.isSurrogate(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static void quote(StringBuilder json, String text) {
        var value = storable(text);
        json.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    private Map<String, String> object() {
        var values = new HashMap<String, String>();
        expect('{');
        while (next() != '}') {
            if (!values.isEmpty()) {
                expect(',');
            }
            var name = string();
            expect(':');
            values.put(name, string());
        }
        return values;
    }

    private String string() {
        expect('"');
        var value = new StringBuilder();
        for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
            value.append(c == '\\' ? escaped() : c);
        }
        return value.toString();
    }

    private char escaped() {
        char c = text.charAt(at++);
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                at += 4;
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> c;
        };
    }

    private char next() {
        while (text.charAt(at) == ' ') {
            at++;
        }
        return text.charAt(at);
    }

    private void expect(char wanted) {
        if (next() != wanted) {
            throw new IllegalArgumentException("no '" + wanted + "' at " + at + " of " + text);
        }
        at++;
    }
}
