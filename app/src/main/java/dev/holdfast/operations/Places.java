package dev.holdfast.operations;

import dev.holdfast.platform.Text;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/// Where a page ended, as a word that fits into a URL and that nobody needs to understand.
final class Places {

    private static final int LONGEST = 500;

    /// The database knows fewer moments than Java does.
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private Places() {}

    static String written(Object... parts) {
        var text =
                String.join("\n", List.of(parts).stream().map(String::valueOf).toList());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// @throws RuntimeException it was not written here
    static Instant moment(String part) {
        var moment = Instant.parse(part);
        if (moment.isBefore(FIRST) || moment.isAfter(LAST)) {
            throw new IllegalArgumentException("a place at " + part);
        }
        return moment;
    }

    /// @throws IllegalArgumentException it was not written here
    static String[] read(String word, int parts) {
        var read = new String(Base64.getUrlDecoder().decode(word), StandardCharsets.UTF_8).split("\n", -1);
        if (read.length != parts) {
            throw new IllegalArgumentException("a place of " + read.length + " parts instead of " + parts);
        }
        for (var part : read) {
            if (Text.flaw(part, LONGEST) != null) {
                throw new IllegalArgumentException("a place that " + Text.flaw(part, LONGEST));
            }
        }
        return read;
    }
}
