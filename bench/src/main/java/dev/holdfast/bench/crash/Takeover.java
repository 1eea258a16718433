package dev.holdfast.bench.crash;

import java.time.Duration;

/// What became of the sagas of a node that was killed or frozen.
///
/// @param node its name and epoch
/// @param blow what was done to it: `killed`, `frozen`
/// @param sagas that were its own and in flight then
/// @param moving from the blow until each of them had ended or was gone on with by another node; null when that did
///     not happen in time
record Takeover(String node, String blow, int sagas, Duration moving) {}
