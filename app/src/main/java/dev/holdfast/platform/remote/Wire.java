package dev.holdfast.platform.remote;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.holdfast.platform.Json;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// How calls between processes are written and read. Numbers keep their digits: a request is recognised by its
/// digest, and 1.50 must not arrive as 1.5.
final class Wire {

    static final String TYPES = "https://holdfast.dev/problems/";
    static final String LINES = "application/x-ndjson";

    /// What is asked is read strictly: a request that is not understood whole must not be done in part.
    static final JsonMapper MAPPER = Json.configure(JsonMapper.builder())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /// An answer is written with all its members, those too that are null.
    static final JsonMapper WHOLE = MAPPER.rebuild()
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.ALWAYS))
            .build();

    /// An answer may say more than is known here: the other process may be of the next release. It must not say
    /// less: what lacks a member is another answer than the one it would be taken for, a no for a yes at worst.
    static final JsonMapper TOLERANT = MAPPER.rebuild()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private Wire() {}
}
