/// A shop under load whose processes are killed, round after round, and whose books are then held against what its
/// customers were told.
package dev.holdfast.bench.crash;
