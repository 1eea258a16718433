package dev.holdfast.saga;

import java.time.Instant;

/// A part of the engine's tables that is dropped as a whole, or the default one, which is not.
///
/// @param suffix what the names of its tables end in: `saga_runs` + suffix, `saga_steps` + suffix ...
/// @param prefix of the ids in it; `null` for the default one, and for a range of a prefix that was never kept
/// @param from the first moment at which a saga in it may have begun, `null` for the default one
/// @param until the first moment after it
/// @param dropAfter from when on it may be dropped
/// @param sagasAbout how many sagas are in it by the statistics of the database; 0 until it was analyzed
/// @param bytes on disk, indexes included
/// @param lowerId the smallest id in it
/// @param upperId the first id after it
public record SagaRange(
        String suffix,
        String prefix,
        Instant from,
        Instant until,
        Instant dropAfter,
        long sagasAbout,
        long bytes,
        String lowerId,
        String upperId) {}
