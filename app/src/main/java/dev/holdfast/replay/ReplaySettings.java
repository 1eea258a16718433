package dev.holdfast.replay;

import java.net.URI;

/// How a file is replayed.
///
/// @param shop the address of the shop's door
/// @param clients how many orders may be placed at once; 1 or more
/// @param speed how many times faster than the dates in the file; 0: as fast as the clients can
/// @param limit place at most this many orders; 0: all
/// @param stockShare opening stock as a share of each product's whole demand; below 1 some orders find nothing left
public record ReplaySettings(URI shop, int clients, double speed, long limit, double stockShare) {

    public ReplaySettings {
        if (clients < 1 || clients > 10_000) {
            throw new IllegalArgumentException("clients must be 1 to 10,000, not " + clients);
        }
        if (!(speed >= 0 && speed < 1e12)) {
            throw new IllegalArgumentException("speed must be 0 (as fast as possible) or more, not " + speed);
        }
        if (limit < 0) {
            throw new IllegalArgumentException("limit must be 0 (all) or more, not " + limit);
        }
        if (!(stockShare >= 0 && stockShare <= 1000)) {
            throw new IllegalArgumentException("stock-share must be between 0 and 1000, not " + stockShare);
        }
    }
}
