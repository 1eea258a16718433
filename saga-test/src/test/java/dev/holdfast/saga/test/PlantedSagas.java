package dev.holdfast.saga.test;

import dev.holdfast.saga.SagaDefinition;

/// Sagas with one fault each, over correct participants.
final class PlantedSagas {

    private PlantedSagas() {}

    /// Nobody thought of what takes the authorization back.
    static SagaDefinition<String> forgetsToVoid(ModelShop shop) {
        return ModelShop.builder()
                .step(
                        "reserve",
                        step -> ModelShop.says(step, "stock", shop.stock::hold, 1)
                                .undoneBy((_, call) -> shop.stock.release(call))
                                .compensatedAt("STOCK"))
                .step(
                        "authorize",
                        step -> ModelShop.says(step, "payment", shop.payment::authorize, 1)
                                .needsNoUndo("an authorization lapses by itself"))
                .step(
                        "label",
                        step -> ModelShop.says(step, "shipping", shop::label, 1)
                                .undoneBy((_, call) -> shop.cancelLabel(call))
                                .compensatedAt("SHIPPING"))
                .step(
                        "pin",
                        step -> ModelShop.says(step, "stock", shop.stock::pin, 0)
                                .undoneBy((_, call) -> shop.stock.release(call))
                                .compensatedAt("STOCK"))
                .pivot("capture", step -> ModelShop.says(step, "payment", shop.payment::capture, 1))
                .retriable("commit", step -> ModelShop.says(step, "stock", shop.stock::commit, 0))
                .build();
    }

    /// Takes the money before the hold is pinned: by the time it is, the hold may have lapsed.
    static SagaDefinition<String> paysBeforeItPins(ModelShop shop) {
        return ModelShop.builder()
                .step(
                        "reserve",
                        step -> ModelShop.says(step, "stock", shop.stock::hold, 1)
                                .undoneBy((_, call) -> shop.stock.release(call))
                                .compensatedAt("STOCK"))
                .step(
                        "authorize",
                        step -> ModelShop.says(step, "payment", shop.payment::authorize, 1)
                                .undoneBy((_, call) -> shop.payment.undo(call))
                                .compensatedAt("PAYMENT"))
                .step(
                        "label",
                        step -> ModelShop.says(step, "shipping", shop::label, 1)
                                .undoneBy((_, call) -> shop.cancelLabel(call))
                                .compensatedAt("SHIPPING"))
                .pivot("capture", step -> ModelShop.says(step, "payment", shop.payment::capture, 1))
                .retriable("pin", step -> ModelShop.says(step, "stock", shop.stock::pin, 0))
                .retriable("commit", step -> ModelShop.says(step, "stock", shop.stock::commit, 0))
                .build();
    }
}
