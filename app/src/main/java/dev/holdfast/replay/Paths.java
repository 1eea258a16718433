package dev.holdfast.replay;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Parts of a URL path.
final class Paths {

    private Paths() {}

    /// Percent-encodes one segment (RFC 3986): a product code may hold any character.
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
