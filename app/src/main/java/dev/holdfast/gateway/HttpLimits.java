package dev.holdfast.gateway;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How much a request may bring, `holdfast.http.*`. What is over a limit is refused before anything else looks at
/// it.
///
/// @param maxBody of a request; more is answered 413. Default 1 MB, room for a cart of 2,000 lines. A body is held
///     in memory while it is read, so requests at once times this must fit
/// @param maxCsvBody the same for `text/csv` (catalog imports), which is read row by row. Default 64 MB
/// @param maxInternalBody the same for calls of other processes of the shop, which carry many requests, or a page
///     of events, at once. Default 64 MB
/// @param maxDepth of nested JSON. 1 to 1,000, default 50; no contract nests deeper than 5
/// @param maxText longest JSON string, in characters. Default 65,536
@ConfigurationProperties("holdfast.http")
record HttpLimits(
        @DefaultValue("1MB") DataSize maxBody,
        @DefaultValue("64MB") DataSize maxCsvBody,
        @DefaultValue("64MB") DataSize maxInternalBody,
        @DefaultValue("50") int maxDepth,
        @DefaultValue("65536") int maxText) {

    HttpLimits {
        if (maxDepth < 1 || maxDepth > 1000) {
            throw new IllegalArgumentException("holdfast.http.max-depth must be 1 to 1,000, not " + maxDepth);
        }
        if (maxText < 1) {
            throw new IllegalArgumentException("holdfast.http.max-text must be 1 or more, not " + maxText);
        }
    }
}
