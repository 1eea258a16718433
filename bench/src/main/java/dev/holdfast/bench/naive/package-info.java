/// A checkout as a careful team writes it by hand: one transaction per call of a service, row locks, unique keys,
/// one update of the saga's row per step. A reference to measure against; nothing of Holdfast's machinery is in it.
package dev.holdfast.bench.naive;
