package dev.holdfast.cart;

import dev.holdfast.platform.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/// The lines of a cart as its row keeps them: text until somebody asks, so that freezing, giving back and closing a
/// cart of 2,000 lines parses and writes none of them. Never changed; a change makes new lines.
///
/// Not thread-safe.
final class Lines {

    static final int MOST = 2_000;
    static final int MOST_PIECES = 1_000_000;

    /// Minor units. Below 2^53, so that a total stays exact in clients whose numbers are doubles.
    static final long HIGHEST_TOTAL = 1_000_000_000_000_000L;

    static final Lines NONE = new Lines("[]", List.of());

    private String json;
    private List<Line> list;

    private Lines(String json, List<Line> list) {
        this.json = json;
        this.list = list;
    }

    /// @param n names the line in its cart
    /// @param amount the price of one piece in minor units of the cart's currency
    /// @param agreed an operator's price, which nothing changes
    record Line(int n, String sku, String name, int quantity, long amount, boolean agreed) {

        private Line pieces(int pieces) {
            return new Line(n, sku, name, pieces, amount, agreed);
        }

        private Line numbered(int number) {
            return new Line(number, sku, name, quantity, amount, agreed);
        }
    }

    static Lines stored(String json) {
        return new Lines(json, null);
    }

    /// Numbers the lines 1, 2, 3 …, so that putting the same cart again gives the same lines.
    static Lines of(List<Line> lines) {
        var numbered = new ArrayList<Line>(lines.size());
        lines.forEach(line -> numbered.add(line.numbered(numbered.size() + 1)));
        return new Lines(null, List.copyOf(numbered));
    }

    List<Line> list() {
        if (list == null) {
            list = List.copyOf(Arrays.asList(Json.read(json, Line[].class)));
        }
        return list;
    }

    String json() {
        if (json == null) {
            json = Json.write(list);
        }
        return json;
    }

    boolean isEmpty() {
        return list().isEmpty();
    }

    /// The product on one line at the catalog's price, with so many pieces: the line that is there, at the price it
    /// was added at, or else a new one. Lines at an agreed price are another matter and stay.
    Lines with(Line wanted) {
        var changed = new ArrayList<Line>();
        boolean found = false;
        for (var line : list()) {
            boolean same = !line.agreed() && line.sku().equals(wanted.sku());
            if (!same) {
                changed.add(line);
            } else if (!found) {
                changed.add(line.pieces(wanted.quantity()));
                found = true;
            }
        }
        if (!found) {
            changed.add(wanted.numbered(next()));
        }
        return new Lines(null, List.copyOf(changed));
    }

    /// Without any line of the product, agreed or not: nobody has to buy.
    Lines without(String sku) {
        return new Lines(
                null, list().stream().filter(line -> !line.sku().equals(sku)).toList());
    }

    /// Both carts' lines. Pieces of one product at the catalog's price add up on the line that is here, at the
    /// price it shows; agreed lines of the other come along as they are. The sum may break a limit ([#excess]) but
    /// not an `int`: 2,001 lines of 1,000,000 pieces are below 2^31.
    Lines merged(Lines other) {
        var merged = new ArrayList<>(list());
        var places = new HashMap<String, Integer>();
        for (int i = merged.size() - 1; i >= 0; i--) {
            if (!merged.get(i).agreed()) {
                places.put(merged.get(i).sku(), i);
            }
        }
        int number = next();
        for (var line : other.list()) {
            var place = line.agreed() ? null : places.get(line.sku());
            if (place == null) {
                if (!line.agreed()) {
                    places.put(line.sku(), merged.size());
                }
                merged.add(line.numbered(number++));
            } else {
                var here = merged.get(place);
                merged.set(place, here.pieces(here.quantity() + line.quantity()));
            }
        }
        return new Lines(null, List.copyOf(merged));
    }

    /// @return what limit these lines break, or null
    String excess() {
        if (list().size() > MOST) {
            return "a cart has at most " + MOST + " lines, not " + list().size();
        }
        // Checked line by line: the highest line is 10^18, and the sum stops at the first above 10^15.
        long total = 0;
        for (var line : list()) {
            if (line.quantity() > MOST_PIECES) {
                return "a line has at most " + MOST_PIECES + " pieces; '" + line.sku() + "' would have "
                        + line.quantity();
            }
            total += line.amount() * line.quantity();
            if (total > HIGHEST_TOTAL) {
                return "a cart's total is at most " + HIGHEST_TOTAL + " in minor units";
            }
        }
        return null;
    }

    private int next() {
        return 1 + list().stream().mapToInt(Line::n).max().orElse(0);
    }
}
