package dev.holdfast.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The rows that one completed checkout left in one table, with its ids and products as holes to be filled with
/// those of another.
///
/// @param table with its schema
/// @param columns those that are written; the database counts the others
/// @param types of the columns
/// @param rows each a cell per column
/// @param passing the product deletes these rows again: they are events, which leave
record RowTemplate(String table, List<String> columns, List<String> types, List<List<Cell>> rows, boolean passing) {

    /// What differs between two checkouts: time-ordered ids, and the products of [CheckoutLoad].
    private static final Pattern HOLE =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|sku-[0-9]+");

    /// One value: literals around holes.
    ///
    /// @param literals one more than there are holes; a lone null is the null of the database
    /// @param holes indexes of what fills them
    record Cell(List<String> literals, int[] holes) {

        /// @param holes what stands in which hole, by what stood there; grows as new ones are met
        static Cell of(String value, Map<String, Integer> holes) {
            if (value == null) {
                var nothing = new ArrayList<String>();
                nothing.add(null);
                return new Cell(nothing, new int[0]);
            }
            var literals = new ArrayList<String>();
            var indexes = new ArrayList<Integer>();
            var found = HOLE.matcher(value);
            int from = 0;
            while (found.find()) {
                literals.add(value.substring(from, found.start()));
                indexes.add(holes.computeIfAbsent(found.group(), _ -> holes.size()));
                from = found.end();
            }
            literals.add(value.substring(from));
            return new Cell(
                    literals, indexes.stream().mapToInt(Integer::intValue).toArray());
        }

        String filled(String[] filling) {
            if (holes.length == 0) {
                return literals.getFirst();
            }
            var text = new StringBuilder();
            for (int i = 0; i < holes.length; i++) {
                text.append(literals.get(i)).append(filling[holes[i]]);
            }
            return text.append(literals.getLast()).toString();
        }
    }

    String insert() {
        var names = String.join(", ", columns);
        var holes = String.join(", ", columns.stream().map(_ -> "?").toList());
        return "INSERT INTO " + table + " (" + names + ") SELECT * FROM unnest(" + holes + ")"
                + (passing ? " RETURNING id" : "");
    }

    /// As the product deletes events: by their times too, which leaves the other partitions out. Rows made from a
    /// template have its times.
    String delete() {
        int column = columns.indexOf("created_at");
        var times = rows.stream()
                .map(row -> row.get(column).literals().getFirst())
                .sorted()
                .toList();
        return "DELETE FROM " + table + " WHERE created_at BETWEEN '" + times.getFirst() + "' AND '" + times.getLast()
                + "' AND id = ANY (?)";
    }
}
