package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Shortage;
import dev.holdfast.platform.ProblemException;
import java.util.List;
import java.util.stream.Collectors;

/// The refusals of stock as HTTP problems, and the checks of fields that name the field.
final class InventoryProblems {

    private InventoryProblems() {}

    static ProblemException outOfStock(List<Shortage> items) {
        var detail = items.stream()
                .map(item ->
                        "'%s': %d wanted, %d available".formatted(item.itemId(), item.requested(), item.available()))
                .collect(Collectors.joining("; ", "nothing is held; ", ""));
        return new ProblemException(409, Decisions.OUT_OF_STOCK, "Out of stock", detail).with("items", items);
    }

    static ProblemException refused(String code, String message) {
        return new ProblemException(409, code, title(code), message);
    }

    private static String title(String code) {
        var words = code.replace('-', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    static String id(String pointer, String id) {
        return id(pointer, id, InventoryRequests.LONGEST_ID);
    }

    /// For references to reservations, which may be those of the older contract.
    static String reservation(String pointer, String id) {
        return id(pointer, id, InventoryRequests.LONGEST_RESERVATION);
    }

    private static String id(String pointer, String id, int longest) {
        var wrong = InventoryRequests.wrongIn(id, longest);
        if (wrong != null) {
            throw ProblemException.invalid(pointer, wrong);
        }
        return id;
    }

    static int quantity(String pointer, Integer quantity) {
        return (int) quantity(pointer, quantity == null ? null : quantity.longValue(), InventoryRequests.MOST_PIECES);
    }

    static long quantity(String pointer, Long quantity, long most) {
        if (quantity == null || quantity < 1) {
            throw ProblemException.invalid(pointer, "must be 1 or more");
        }
        if (quantity > most) {
            throw ProblemException.invalid(pointer, "must be at most " + most);
        }
        return quantity;
    }
}
