package dev.holdfast.checkout;

import dev.holdfast.cart.CartApi;
import dev.holdfast.cart.CartApi.FrozenCart;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
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
    private static final int PAGE = 200;

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
        List<FrozenCart> page = List.of();
        do {
            page = carts.frozenSince(before, page.isEmpty() ? null : page.getLast(), PAGE);
            settle(page);
        } while (page.size() == PAGE);
    }

    /// Checkouts that wait for their customers are many, wait long, and are met by every round of every node: how
    /// they stand is asked for a page at once. What is answered may be old by the time a cart is looked at; but a
    /// saga that had ended stays so, and one that was not there will not be any more.
    private void settle(List<FrozenCart> page) {
        var asked = page.stream()
                .map(FrozenCart::sagaId)
                .filter(sagaId -> !engine.runs(sagaId))
                .toList();
        if (asked.isEmpty()) {
            return;
        }
        var known = engine.statuses(asked);
        var notHere = Set.copyOf(asked);
        page.stream()
                .filter(cart -> notHere.contains(cart.sagaId()))
                .forEach(cart -> settleQuietly(cart, known.get(cart.sagaId())));
    }

    /// One cart that cannot be settled must not keep those behind it frozen.
    private void settleQuietly(FrozenCart cart, SagaStatus status) {
        try (var _ = MDC.putCloseable("saga_id", cart.sagaId())) {
            settle(cart, status);
        } catch (RuntimeException e) {
            LOG.warn(
                    "cart {} stays frozen by {}, tried again in {}: {}",
                    cart.cartId(),
                    cart.sagaId(),
                    EVERY,
                    e.toString());
        }
    }

    /// @param status null when there is no such saga
    private void settle(FrozenCart cart, SagaStatus status) {
        switch (status) {
            case null -> carts.giveBack(cart.cartId(), cart.sagaId());
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
