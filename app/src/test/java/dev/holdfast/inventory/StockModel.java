package dev.holdfast.inventory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The rules of stock once more, as plainly as they can be said: no database, no warehouses, no time (a hold that
/// lapses expires at once, because nobody can tell the difference). Answers are words, to be compared.
final class StockModel {

    static final class Row {
        final String id;
        final String saga;
        String key;
        SortedMap<String, Integer> asked;
        String status;
        String refusal;
        SortedMap<String, Integer> lines = new TreeMap<>();
        final Map<String, Integer> back = new HashMap<>();

        Row(String id, String saga) {
            this.id = id;
            this.saga = saga;
        }

        boolean live() {
            return status.equals("held") || status.equals("pinned");
        }
    }

    final SortedMap<String, Integer> available = new TreeMap<>();
    final SortedMap<String, Integer> reserved = new TreeMap<>();
    private final SortedMap<String, Row> rows = new TreeMap<>();
    private final Map<String, String> answers = new HashMap<>();
    private final Map<String, String> questions = new HashMap<>();

    String hold(String id, String saga, String key, SortedMap<String, Integer> asked) {
        var row = rows.get(id);
        if (row == null || row.status.equals("refused") && !row.key.equals(key)) {
            return attempt(row == null ? new Row(id, saga) : row, key, asked);
        }
        boolean same = asked.equals(row.asked);
        return switch (row.status) {
            case "released" -> "reservation-released";
            case "expired" -> same ? "reservation-lapsed" : "reused";
            case "refused" -> same ? row.refusal : "reused";
            default -> same ? "held " + row.lines : "reused";
        };
    }

    private String attempt(Row row, String key, SortedMap<String, Integer> asked) {
        rows.put(row.id, row);
        var saga = rows.get(row.saga);
        if (saga != null && saga.status.equals("released")) {
            row.status = "released";
            return "reservation-released";
        }
        row.key = key;
        row.asked = asked;
        var missing = new ArrayList<String>();
        asked.forEach((product, quantity) -> {
            int there = available.getOrDefault(product, 0);
            if (there < quantity) {
                missing.add(product + " " + quantity + "/" + there);
            }
        });
        if (!missing.isEmpty()) {
            row.status = "refused";
            row.refusal = "out of stock " + missing;
            return row.refusal;
        }
        row.status = "held";
        row.lines = asked;
        move(row, -1, 1);
        return "held " + asked;
    }

    String release(String target, boolean isSaga) {
        var found = find(target, isSaga);
        if (found.stream().anyMatch(row -> row.status.equals("committed"))) {
            return "reservation-committed";
        }
        rows.computeIfAbsent(target, id -> {
            var tombstone = new Row(id, id);
            tombstone.status = "released";
            return tombstone;
        });
        var released = new TreeMap<String, Integer>();
        for (var row : found) {
            if (row.live()) {
                move(row, 1, -1);
            }
            row.status = row.status.equals("expired") ? "expired" : "released";
            if (row.status.equals("released")) {
                row.lines.forEach((product, quantity) -> released.merge(product, quantity, Integer::sum));
            }
        }
        return "released " + released;
    }

    String pin(String target, boolean isSaga) {
        return ofLive(target, isSaga, "pinned", false);
    }

    String extend(String target, boolean isSaga) {
        return ofLive(target, isSaga, null, false);
    }

    String commit(String target, boolean isSaga) {
        return ofLive(target, isSaga, "committed", true);
    }

    private String ofLive(String target, boolean isSaga, String status, boolean alsoCommitted) {
        var found = find(target, isSaga);
        var able = found.stream()
                .filter(row -> row.live() || alsoCommitted && row.status.equals("committed"))
                .toList();
        for (var row : found) {
            if (row.status.equals("expired") || able.isEmpty()) {
                return switch (row.status) {
                    case "expired" -> "reservation-lapsed";
                    case "released" -> "reservation-released";
                    case "committed" -> "reservation-committed";
                    default -> "not-held";
                };
            }
        }
        if (able.isEmpty()) {
            return "not-held";
        }
        var lines = new TreeMap<String, Integer>();
        for (var row : able) {
            row.lines.forEach((product, quantity) -> lines.merge(product, quantity, Integer::sum));
            if (alsoCommitted && row.live()) {
                move(row, 0, -1);
            }
            row.status = status == null ? row.status : status;
        }
        return (alsoCommitted ? "committed " : "held ") + lines;
    }

    String restock(String target, String key, SortedMap<String, Integer> wanted) {
        return keyed(key, "restock " + target + wanted, () -> {
            var row = rows.get(target);
            if (row == null || !row.status.equals("committed")) {
                return null;
            }
            for (var entry : wanted.entrySet()) {
                if (row.lines.getOrDefault(entry.getKey(), 0) - row.back.getOrDefault(entry.getKey(), 0)
                        < entry.getValue()) {
                    return null;
                }
            }
            wanted.forEach((product, quantity) -> {
                row.back.merge(product, quantity, Integer::sum);
                available.merge(product, quantity, Integer::sum);
            });
            return "restocked " + wanted;
        });
    }

    String receive(String key, String product, int quantity) {
        return keyed(key, "receive " + product + quantity, () -> {
            available.merge(product, quantity, Integer::sum);
            reserved.putIfAbsent(product, 0);
            return "received";
        });
    }

    void lapse(String id) {
        var row = rows.get(id);
        if (row != null && row.status.equals("held")) {
            move(row, 1, -1);
            row.status = "expired";
        }
    }

    /// Done once per key; a refusal leaves the key free.
    private String keyed(String key, String question, java.util.function.Supplier<String> change) {
        if (questions.containsKey(key)) {
            return questions.get(key).equals(question) ? answers.get(key) : "reused";
        }
        var answer = change.get();
        if (answer == null) {
            return "not-held";
        }
        questions.put(key, question);
        answers.put(key, answer);
        return answer;
    }

    private List<Row> find(String target, boolean isSaga) {
        if (!isSaga) {
            return rows.containsKey(target) ? List.of(rows.get(target)) : List.of();
        }
        var all = rows.values().stream().filter(row -> row.saga.equals(target)).toList();
        var real = all.stream().filter(row -> row.asked != null).toList();
        return real.isEmpty() ? all : real;
    }

    private void move(Row row, int toAvailable, int toReserved) {
        row.lines.forEach((product, quantity) -> {
            available.merge(product, toAvailable * quantity, Integer::sum);
            reserved.merge(product, toReserved * quantity, Integer::sum);
        });
    }
}
