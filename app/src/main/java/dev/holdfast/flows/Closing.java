package dev.holdfast.flows;

import dev.holdfast.saga.ClosingAction;
import dev.holdfast.saga.Ending;

/// The last act of every checkout, before its end is recorded: the cart is closed or given back, and a checkout
/// that left no order is told to whoever listens. Each part may be repeated; after a crash all of it is.
final class Closing implements ClosingAction<CheckoutOrder> {

    private final Participants services;

    Closing(Participants services) {
        this.services = services;
    }

    @Override
    public void run(CheckoutOrder order, String sagaId, Ending ending) {
        switch (ending) {
            case Ending.Completed completed -> services.carts().close(order.cartId(), sagaId);
            case Ending.FailedBecause failure -> {
                var words = FailureWords.of(failure.code(), failure.message());
                services.orders().checkoutFailed(order.orderId(), order.userId(), failure.code(), words);
                services.carts().giveBack(order.cartId(), sagaId);
            }
        }
    }
}
