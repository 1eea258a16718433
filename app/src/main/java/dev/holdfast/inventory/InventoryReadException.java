package dev.holdfast.inventory;

/// The database did not answer a read (or a rare write outside the lane). Nothing was recorded; ask again.
final class InventoryReadException extends RuntimeException {

    InventoryReadException(String message, Throwable cause) {
        super(message, cause);
    }
}
