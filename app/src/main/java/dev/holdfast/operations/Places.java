package dev.holdfast.operations;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// Where a page ended, as a word that fits into a URL and that nobody needs to understand.
final class Places {

    private Places() {}

    static String written(Object... parts) {
        var text =
                String.join("\n", List.of(parts).stream().map(String::valueOf).toList());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// @throws IllegalArgumentException it was not written here
    static String[] read(String word, int parts) {
        var read = new String(Base64.getUrlDecoder().decode(word), StandardCharsets.UTF_8).split("\n", -1);
        if (read.length != parts) {
            throw new IllegalArgumentException("a place of " + read.length + " parts instead of " + parts);
        }
        return read;
    }
}
