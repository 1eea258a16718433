package dev.holdfast.bench.crash;

import static dev.holdfast.bench.crash.RoundResult.seconds;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A campaign as lines for people: at its end on the terminal, and as a Markdown page that is kept.
public final class Report {

    private final CampaignSettings settings;
    private final Summary summary;

    public Report(CampaignSettings settings, Summary summary) {
        this.settings = settings;
        this.summary = summary;
    }

    /// For the terminal.
    public List<String> summary() {
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add(headline());
        lines.add("blows, with the longest time until a request was answered again:");
        summary.blows()
                .forEach((blow, times) -> lines.add(String.format(
                        Locale.ROOT, "  %4d x  %-62s %8s", times, blow.words(), seconds(summary.worstAnswer(blow)))));
        lines.add("invariants, with the number of times each was checked:");
        summary.invariants()
                .forEach((invariant, times) -> lines.add(String.format(Locale.ROOT, "  %,10d  %s", times, invariant)));
        return lines;
    }

    private String headline() {
        return summary.count() + " rounds, " + summary.orders() + "; "
                + (summary.broken() ? "AN INVARIANT IS BROKEN" : "every invariant held");
    }

    /// @param at when, as a date
    public List<String> markdown(String at, Map<String, Object> machine) {
        var lines = new ArrayList<>(List.of(
                "# Crash campaign",
                "",
                "`./holdfast bench crash`: a shop under load whose processes are killed, round after round, and whose"
                        + " books and answers are then",
                "held against what its customers were told. How: [bench/README.md](../bench/README.md).",
                "",
                "* " + at + ", on " + machine,
                "* seed " + settings.seed() + ", rounds " + settings.fromRound() + " to "
                        + (settings.fromRound() + summary.count() - 1) + ", " + settings.clients()
                        + " customers at once, a fresh data folder every " + settings.freshEvery() + " rounds",
                "* " + headline(),
                "",
                "## What was done",
                "",
                "| blow | rounds | longest until a request was answered again |",
                "|---|---:|---:|"));
        summary.blows()
                .forEach((blow, times) -> lines.add(
                        "| " + blow.words() + " | " + times + " | " + seconds(summary.worstAnswer(blow)) + " |"));
        lines.addAll(List.of("", "## What was checked", "", "| invariant | times |", "|---|---:|"));
        summary.invariants()
                .forEach((invariant, times) -> lines.add(String.format(Locale.ROOT, "| %s | %,d |", invariant, times)));
        rounds(lines);
        return lines;
    }

    private void rounds(List<String> lines) {
        lines.addAll(List.of(
                "",
                "## Rounds",
                "",
                "| round | after | what was done | checkouts | confirmed | failed | refused | sent again | answers after |"
                        + " quiet after | audit |",
                "|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---|"));
        for (var round : summary.rounds()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "| %d | %.1f s | %s | %,d | %,d | %,d | %,d | %,d | %s | %s | %s |",
                    round.number(),
                    round.strikeMillis() / 1e3,
                    round.done(),
                    round.orders().placed(),
                    round.orders().confirmed(),
                    round.orders().failed(),
                    round.orders().refused(),
                    round.repeated(),
                    seconds(round.answeredAfter()),
                    seconds(round.quietAfter()),
                    round.broken() ? "**broken**" : "clean"));
        }
        summary.rounds().stream()
                .flatMap(round -> round.findings().stream())
                .forEach(finding -> lines.add("\n**" + finding.invariant() + "**: " + finding.what()));
    }
}
