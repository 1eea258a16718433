package dev.holdfast.saga;

import java.time.Duration;
import java.util.Optional;

/// A node, as another sees it.
///
/// @param node its name
/// @param epoch which of its lives; never used twice
/// @param inFlight sagas that belong to it and have not ended, parked ones among them
/// @param parked how many of them it has given up
/// @param leaving it takes no more sagas and is about to hand over what it has
/// @param still for how long this node has seen its beat stand still; empty when it has not seen it yet
public record NodeView(String node, long epoch, int inFlight, int parked, boolean leaving, Optional<Duration> still) {}
