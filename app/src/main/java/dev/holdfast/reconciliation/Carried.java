package dev.holdfast.reconciliation;

import dev.holdfast.platform.Json;
import dev.holdfast.platform.Money;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/// What a checkout carries, as far as the audit asks: read member by member, because it may be of a release that
/// has others.
///
/// @param userId null for a guest
/// @param total null where it says none
record Carried(String orderId, String userId, Money total) {

    /// @return empty when it cannot be read, or is about no order: one row that somebody has spoilt must not keep
    ///     all others from being judged
    static Optional<Carried> in(String payload) {
        try {
            var json = Json.mapper().readTree(payload);
            var orderId = json.path("order_id").asString("");
            var total = json.has("total") ? Json.mapper().treeToValue(json.get("total"), Money.class) : null;
            return orderId.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Carried(orderId, json.path("user_id").asString(null), total));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
