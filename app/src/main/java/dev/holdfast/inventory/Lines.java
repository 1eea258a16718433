package dev.holdfast.inventory;

import dev.holdfast.inventory.ReservationRow.Line;
import java.util.ArrayList;
import java.util.List;

/// The lines of a reservation as its row keeps them: `product TAB warehouse TAB pieces TAB restocked`, lines
/// parted by a line feed. Ids hold no control characters ([InventoryRequests] refuses them), so nothing needs
/// escaping; the view `inventory.reservation_lines` reads the same.
final class Lines {

    private static final char FIELD = '\t';
    private static final char LINE = '\n';

    private Lines() {}

    static String write(List<Line> lines) {
        var text = new StringBuilder(32 * lines.size());
        for (var line : lines) {
            if (!text.isEmpty()) {
                text.append(LINE);
            }
            int restocked = line.qty() - line.remaining();
            text.append(line.itemId()).append(FIELD).append(line.warehouseId()).append(FIELD);
            text.append(line.qty()).append(FIELD).append(restocked);
        }
        return text.toString();
    }

    static List<Line> read(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        var lines = new ArrayList<Line>(2);
        for (int from = 0, end; from <= text.length(); from = end + 1) {
            int next = text.indexOf(LINE, from);
            end = next < 0 ? text.length() : next;
            int warehouse = text.indexOf(FIELD, from) + 1;
            int pieces = text.indexOf(FIELD, warehouse) + 1;
            int restocked = text.indexOf(FIELD, pieces) + 1;
            int back = Integer.parseInt(text, restocked, end, 10);
            lines.add(new Line(
                    text.substring(from, warehouse - 1),
                    text.substring(warehouse, pieces - 1),
                    Integer.parseInt(text, pieces, restocked - 1, 10),
                    back == 0 ? null : back));
        }
        return List.copyOf(lines);
    }
}
