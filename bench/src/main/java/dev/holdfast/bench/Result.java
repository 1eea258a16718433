package dev.holdfast.bench;

import dev.holdfast.platform.Json;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one run of one bench measured.
///
/// @param bench its name
/// @param machine what it ran on
/// @param settings what it was run with
/// @param figures by name
record Result(String bench, Map<String, Object> machine, Map<String, Object> settings, Map<String, Figure> figures) {

    static Result of(String bench, Map<String, Object> settings) {
        return new Result(bench, Machine.describe(), settings, new LinkedHashMap<>());
    }

    Result with(String name, Figure figure) {
        figures.put(name, figure);
        return this;
    }

    /// One object on one line: the last line of the output.
    void printJson(PrintStream out) {
        out.println(Json.write(this));
    }

    void printTable(PrintStream out) {
        out.println();
        out.println(bench + " on " + machine);
        settings.forEach((name, value) -> {
            // The rounds and their rows have tables of their own.
            if (!(value instanceof List) && !name.equals("rows_written_per_order")) {
                out.println("  " + name + ": " + value);
            }
        });
        out.printf(
                "%-54s %16s %-12s %16s %8s  %-22s %s%n", "figure", "value", "unit", "reference", "ratio", "target", "");
        figures.forEach((name, figure) -> out.printf(
                "%-54s %,16.1f %-12s %16s %8s  %-22s %s%n",
                name,
                figure.value(),
                figure.unit(),
                figure.reference() == null ? "" : "%,.1f".formatted(figure.reference()),
                figure.ratio() == null ? "" : "%.2f".formatted(figure.ratio()),
                figure.target() == null ? "" : figure.target(),
                figure.verdict()));
    }
}
