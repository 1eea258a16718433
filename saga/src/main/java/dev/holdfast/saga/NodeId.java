package dev.holdfast.saga;

/// A node, as the fence knows it. A node that starts again is another one: the epoch is never used twice.
record NodeId(String name, long epoch) {

    @Override
    public String toString() {
        return name + "#" + epoch;
    }
}
