package dev.holdfast.inventory;

/// How a reservation of the older contract, which grows product by product, is kept: each (reservation, product) is
/// a reservation of its own, `{reservation_id}/{sku}`, and they share a saga, the reservation's id.
///
/// So its key is a row like any other: claimed first, with one state and one deadline; there is no second code path
/// and no row whose lines grow while somebody commits it. What belongs together is found by the saga: releasing
/// saga `ORD-1` releases every product of `ORD-1`.
final class OlderReservation {

    static final String SEPARATOR = "/";

    private OlderReservation() {}

    static String id(String reservationId, String sku) {
        return reservationId + SEPARATOR + sku;
    }
}
