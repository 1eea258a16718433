package dev.holdfast.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What was measured against what is aimed at, as a table in a Markdown file, between two comments. What stands
/// around them is left alone.
record TargetTable(List<Suite.Ran> ran, boolean quick) {

    static final String BEGIN = "<!-- measured: begin -->";
    static final String END = "<!-- measured: end -->";

    /// Of the settings, those that say what was asked for; lists and tables of their own stay with `--json`.
    private static final int LONGEST_SETTING = 60;

    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add("Measured " + Instant.now().truncatedTo(ChronoUnit.MINUTES) + " with `./holdfast bench all"
                + (quick ? " --quick" : "") + "`"
                + (quick ? ", at a small scale: for the form of the table, not for its figures." : "."));
        lines.add("");
        lines.add("| measurement | figure | target | measured | reference | ratio | |");
        lines.add("|---|---|---|---:|---:|---:|---|");
        ran.forEach(part -> part.result()
                .ifPresentOrElse(
                        result -> result.figures().forEach((name, figure) -> {
                            if (figure.target() != null) {
                                lines.add(row(part.name(), name, figure));
                            }
                        }),
                        () -> lines.add("| `" + part.name() + "` | it failed | | | | | short |")));
        lines.add("");
        lines.addAll(conditions());
        return lines;
    }

    /// In place of what stands between the two comments; at the end of a file that has none, and in a new one.
    void writeInto(Path file) throws IOException {
        var before = Files.exists(file) ? Files.readString(file) : "# Performance\n";
        Files.writeString(file, replaced(before, String.join("\n", lines())));
    }

    static String replaced(String text, String table) {
        var part = BEGIN + "\n" + table + "\n" + END;
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 && end < 0) {
            return text.stripTrailing() + "\n\n" + part + "\n";
        }
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("the file must have " + BEGIN + " and after it " + END + ", or neither");
        }
        return text.substring(0, begin) + part + text.substring(end + END.length());
    }

    private static String row(String part, String name, Figure figure) {
        return "| `%s` | %s | %s | %s %s | %s | %s | %s |"
                .formatted(
                        part,
                        name,
                        target(figure),
                        number(figure.value()),
                        figure.unit(),
                        figure.reference() == null ? "" : number(figure.reference()),
                        figure.ratio() == null ? "" : String.format(Locale.ROOT, "%.2f", figure.ratio()),
                        figure.verdict());
    }

    /// With a reference a target that is a number is of the ratio.
    private static String target(Figure figure) {
        var text = figure.target().replace("<", "&lt;").replace(">", "&gt;");
        return figure.reference() == null || figure.met().isEmpty() ? text : text + " ×";
    }

    private static String number(double value) {
        return value >= 1_000 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%,.2f", value);
    }

    private List<String> conditions() {
        var lines = new ArrayList<String>();
        ran.stream().flatMap(part -> part.result().stream()).findFirst().ifPresent(result -> {
            lines.add("Machine: " + words(result.machine()) + ".");
            lines.add("");
        });
        for (var part : ran) {
            var settings = part.result().map(result -> words(result.settings())).orElse("it failed");
            lines.add("* `" + part.name() + " " + String.join(" ", part.arguments()) + "`: " + settings);
        }
        return lines;
    }

    private static String words(Map<String, Object> facts) {
        return String.join(
                ", ",
                facts.entrySet().stream()
                        .filter(fact -> String.valueOf(fact.getValue()).length() <= LONGEST_SETTING)
                        .map(fact -> fact.getKey() + " " + fact.getValue())
                        .toList());
    }
}
