package dev.holdfast.checkout;

import dev.holdfast.cart.CartApi;
import dev.holdfast.cart.CartApi.FrozenCart;
import dev.holdfast.saga.SagaEngine;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// Gives back carts that were frozen for a checkout that never came to be: the process died between freezing the
/// cart and starting the saga, or the start's answer was lost and it had not committed.
///
/// A cart is left alone for as long as a start may take (the lane's patience and a lost COMMIT's deadline
/// together, and what other processes take that are asked before), so none is given back under a checkout that is
/// only slow. A saga's own closing gives back or closes
/// the cart of every checkout that did start; the cases of an ended saga are here only so that no order of deaths
/// leaves a cart frozen for good.
final class FrozenCarts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FrozenCarts.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final int FIRST_PAGE = 200;

    private final CartApi carts;
    private final SagaEngine engine;
    private final Clock clock;
    private final Duration startTakesAtMost;
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("frozen-carts").daemon().factory());

    FrozenCarts(CartApi carts, SagaEngine engine, Clock clock, Duration startTakesAtMost) {
        this.carts = carts;
        this.engine = engine;
        this.clock = clock;
        this.startTakesAtMost = startTakesAtMost;
    }

    void start() {
        sweeper.scheduleWithFixedDelay(this::sweepQuietly, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Looks further as long as there is more: the oldest may all belong to checkouts that wait for a provider, and
    /// those must not hide a cart that nobody is going to give back.
    ///
    /// @param age only carts frozen longer than this
    void sweep(Duration age) {
        var before = clock.instant().minus(age);
        int limit = FIRST_PAGE;
        var page = carts.frozenSince(before, limit);
        page.forEach(this::settleQuietly);
        while (page.size() == limit) {
            // What was settled is gone from the next page, so as many are passed over; the next round has them.
            int seen = limit;
            limit *= 2;
            page = carts.frozenSince(before, limit);
            page.stream().skip(seen).forEach(this::settleQuietly);
        }
    }

    /// One cart that cannot be settled, because its saga cannot be read, must not keep those behind it frozen.
    private void settleQuietly(FrozenCart cart) {
        try (var _ = MDC.putCloseable("saga_id", cart.sagaId())) {
            settle(cart);
        } catch (RuntimeException e) {
            LOG.warn(
                    "cart {} stays frozen by {}, tried again in {}: {}",
                    cart.cartId(),
                    cart.sagaId(),
                    EVERY,
                    e.toString());
        }
    }

    private void settle(FrozenCart cart) {
        if (engine.runs(cart.sagaId())) {
            return;
        }
        var saga = engine.find(cart.sagaId());
        if (saga.isEmpty()) {
            carts.giveBack(cart.cartId(), cart.sagaId());
            return;
        }
        switch (saga.get().status()) {
            case STARTED, COMPENSATING -> {}
            case COMPLETED -> carts.close(cart.cartId(), cart.sagaId());
            case FAILED -> carts.giveBack(cart.cartId(), cart.sagaId());
        }
    }

    private void sweepQuietly() {
        try {
            sweep(startTakesAtMost);
        } catch (RuntimeException e) {
            LOG.warn("frozen carts were not looked at; tried again in {}", EVERY, e);
        }
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
    }
}
