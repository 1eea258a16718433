package dev.holdfast.saga.test;

/// One of the things that may happen at a choice point.
///
/// @param name stands in the text of a schedule: no `;` and no `=`
/// @param cost 1 for a fault, 0 for what is no fault in itself: when a late call arrives, in which order calls are
///     made
record Option(String name, int cost) {

    Option {
        if (name.contains(";") || name.contains("=")) {
            throw new IllegalArgumentException("the name of a choice has no ';' and no '=': " + name);
        }
    }

    static Option fault(String name) {
        return new Option(name, 1);
    }

    static Option free(String name) {
        return new Option(name, 0);
    }
}
