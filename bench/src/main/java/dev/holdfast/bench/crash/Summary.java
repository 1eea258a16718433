package dev.holdfast.bench.crash;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.holdfast.bench.crash.RoundResult.Orders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/// What a campaign has come to so far. From any thread: it is also told when the campaign is interrupted.
public final class Summary {

    private final List<RoundResult> rounds = new ArrayList<>();
    private final Map<String, Long> audited = new LinkedHashMap<>();
    private final Map<Rule, Long> checked = new EnumMap<>(Rule.class);

    synchronized void add(RoundResult round) {
        rounds.add(round);
        round.audited().forEach(invariant -> audited.merge("audit: " + invariant, 1L, Long::sum));
    }

    /// Counts what was looked at on a data folder that is left.
    synchronized void add(Ledger ledger) {
        for (var rule : Rule.values()) {
            checked.merge(rule, ledger.checked(rule), Long::sum);
        }
    }

    synchronized List<RoundResult> rounds() {
        return List.copyOf(rounds);
    }

    synchronized Orders orders() {
        return rounds.stream().map(RoundResult::orders).reduce(new Orders(0, 0, 0, 0), Orders::plus);
    }

    synchronized Map<Blow, Long> blows() {
        return new TreeMap<>(rounds.stream().collect(groupingBy(RoundResult::blow, counting())));
    }

    /// The longest from a blow to the first answer to a request sent after it, of one kind of blow.
    synchronized Duration worstAnswer(Blow blow) {
        return worst(round -> round.blow() == blow ? round.answeredAfter() : null);
    }

    synchronized Duration worstAnswer() {
        return worst(RoundResult::answeredAfter);
    }

    synchronized Duration worstQuiet() {
        return worst(RoundResult::quietAfter);
    }

    private Duration worst(Function<RoundResult, Duration> figure) {
        return rounds.stream()
                .map(figure)
                .filter(Objects::nonNull)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /// Every invariant in words, with the number of times it was looked at: the customers' by record, the audit's
    /// by audit.
    synchronized Map<String, Long> invariants() {
        var all = new LinkedHashMap<String, Long>();
        checked.forEach((rule, times) -> all.put(rule.words(), times));
        all.putAll(audited);
        return all;
    }

    /// @param unit of the amount
    public record Amount(double amount, String unit) {}

    public synchronized Map<String, Amount> figures() {
        var figures = new LinkedHashMap<String, Amount>();
        figures.put("rounds", new Amount(count(), "rounds"));
        figures.put("rounds with a broken invariant", new Amount(broken() ? 1 : 0, "rounds"));
        figures.put("checkouts", new Amount(orders().placed(), "checkouts"));
        figures.put("confirmed orders", new Amount(orders().confirmed(), "orders"));
        figures.put("longest until answered again", new Amount(worstAnswer().toMillis() / 1e3, "s"));
        figures.put(
                "longest until quiet after the load", new Amount(worstQuiet().toMillis() / 1e3, "s"));
        return figures;
    }

    public synchronized boolean broken() {
        return rounds.stream().anyMatch(RoundResult::broken);
    }

    public synchronized int count() {
        return rounds.size();
    }
}
