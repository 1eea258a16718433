package dev.holdfast.checkout;

import dev.holdfast.cart.CartApi;
import dev.holdfast.cart.CartApi.Cart;
import dev.holdfast.customers.CustomersApi;
import dev.holdfast.customers.CustomersApi.Customer;
import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.flows.Flows;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.UnclearCommitException;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Trace;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaStatus;
import dev.holdfast.saga.SagaView;
import dev.holdfast.saga.StartAnswer;
import dev.holdfast.saga.StartRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// Accepts checkouts: freezes the cart, prices it, starts the saga. What is answered "accepted" is durable;
/// whatever happens before that leaves nothing behind but, after a crash, a frozen cart, which the sweeper gives
/// back.
final class Checkouts {

    private static final Logger LOG = LoggerFactory.getLogger(Checkouts.class);
    private static final String SCOPE = "checkout";

    /// In front of the time: sagas that ended long ago are dropped by it.
    static final String SAGA_PREFIX = "saga_chk_";

    /// A checkout is accepted or refused within milliseconds; one that takes longer than this may have died.
    private static final Duration ACCEPTED_WITHIN = Duration.ofSeconds(2);

    private final CartApi carts;
    private final CustomersApi customers;
    private final Pricing pricing;
    private final Flows flows;
    private final SagaEngine engine;

    Checkouts(CartApi carts, CustomersApi customers, Pricing pricing, Flows flows, SagaEngine engine) {
        this.carts = carts;
        this.customers = customers;
        this.pricing = pricing;
        this.flows = flows;
        this.engine = engine;
    }

    /// @return the saga's id: of the one started now, or of the one this key started before
    /// @throws ProblemException for everything a customer can mend
    /// @throws KeyReusedException the key came with another body
    Accepted accept(CheckoutRequest request, String key) {
        request.validate();
        var orderId = request.orderId() == null ? Ids.next("ord_") : request.orderId();
        var attempt = new Attempt(request, key, Ids.next(SAGA_PREFIX), orderId, definitionOf(request), null);
        try (var _ = MDC.putCloseable("saga_id", attempt.sagaId())) {
            var accepted = begin(attempt);
            LOG.debug("checkout of order {} is accepted as {}", accepted.orderId(), accepted.sagaId());
            return accepted;
        } catch (ProblemException refused) {
            // The cart, its prices and its stock may have become others since this key was answered; its answer
            // stays. Looked up only here: a first request, which is nearly every one, pays nothing for it.
            return acceptedBefore(request, key).orElseThrow(() -> refused);
        }
    }

    private Accepted begin(Attempt attempt) {
        var cartId = attempt.request().cartId();
        return switch (carts.freeze(cartId, attempt.sagaId())) {
            case CartApi.Frozen frozen -> start(attempt, frozen.cart());
            case CartApi.FrozenByAnother other -> takeOver(attempt, other);
            case CartApi.NotThere gone -> throw missing(cartId);
            case CartApi.Empty empty -> throw CheckoutProblems.empty();
        };
    }

    /// The cart is frozen for another saga. If that does not exist, it is being accepted this very moment, or its
    /// process died before it was. Which of the two cannot be told, and need not: whoever starts first holds the
    /// subject of the cart, and the other one is refused by the engine and hands the cart on to it.
    ///
    /// But one that froze the cart a moment ago is most likely alive and may be refused itself. Were the cart taken
    /// from it and this one refused too, nobody would be left to give it back but the sweeper, and a customer who
    /// was told to change the cart could not.
    private Accepted takeOver(Attempt attempt, CartApi.FrozenByAnother other) {
        var cartId = attempt.request().cartId();
        var otherSagaId = other.sagaId();
        var itsSaga = engine.find(otherSagaId);
        if (itsSaga.isPresent()) {
            return afterTheEnd(attempt, itsSaga.get());
        }
        // Two nodes' clocks: one that was set back must not make a moment of an hour.
        if (other.age().abs().compareTo(ACCEPTED_WITHIN) < 0) {
            throw CheckoutProblems.stillRunning();
        }
        if (!carts.takeOver(cartId, otherSagaId, attempt.sagaId())) {
            throw CheckoutProblems.stillRunning();
        }
        return startInPlaceOf(attempt, otherSagaId);
    }

    /// The cart is frozen for a checkout that exists. One that has failed has given its cart back before anybody
    /// could know of its end; if the cart is frozen for it all the same, a repetition of its request has just
    /// handed it back and has not yet thawed it, or died, or lost the database in between. Nobody needs it then.
    private Accepted afterTheEnd(Attempt attempt, SagaView other) {
        var cartId = attempt.request().cartId();
        return switch (other.status()) {
            case STARTED, COMPENSATING -> throw CheckoutProblems.inProgress(cartId, other.sagaId());
            case COMPLETED -> throw CheckoutProblems.ordered(other.sagaId());
            case FAILED -> {
                if (!carts.takeOver(cartId, other.sagaId(), attempt.sagaId())) {
                    throw CheckoutProblems.stillRunning();
                }
                yield startInPlaceOf(attempt, other.sagaId());
            }
        };
    }

    private Accepted startInPlaceOf(Attempt attempt, String otherSagaId) {
        return switch (carts.freeze(attempt.request().cartId(), attempt.sagaId())) {
            case CartApi.Frozen frozen -> start(attempt.inPlaceOf(otherSagaId), frozen.cart());
            case CartApi.FrozenByAnother third -> throw CheckoutProblems.stillRunning();
            case CartApi.NotThere gone -> throw CheckoutProblems.stillRunning();
            case CartApi.Empty empty -> throw CheckoutProblems.stillRunning();
        };
    }

    private Accepted start(Attempt attempt, Cart cart) {
        return switch (startOrGiveBack(attempt, cart)) {
            case StartAnswer.Started now -> new Accepted(now.sagaId(), attempt.orderId());
            case StartAnswer.AlreadyStarted before -> {
                quietly(cart, () -> handOn(cart, attempt.sagaId(), before.sagaId()));
                yield accepted(before.sagaId());
            }
            case StartAnswer.KeyReused reused -> {
                quietly(cart, () -> letGo(attempt, cart));
                throw new KeyReusedException(attempt.key());
            }
            case StartAnswer.NameTaken taken -> {
                quietly(cart, () -> letGo(attempt, cart));
                throw CheckoutProblems.orderIdTaken(attempt.orderId());
            }
            case StartAnswer.SubjectTaken taken -> {
                if (attempt.takenFrom() == null && hasCompleted(taken.sagaId())) {
                    // That checkout has deleted its cart. This one was made since under the same id: it cannot be
                    // ordered, but it is the customer's.
                    quietly(cart, () -> carts.giveBack(cart.cartId(), attempt.sagaId()));
                } else {
                    quietly(cart, () -> handOn(cart, attempt.sagaId(), taken.sagaId()));
                }
                throw taken(cart.cartId(), taken.sagaId());
            }
        };
    }

    private StartAnswer startOrGiveBack(Attempt attempt, Cart cart) {
        try {
            return engine.start(attempt.definition(), startRequest(attempt, cart));
        } catch (UnclearCommitException e) {
            // The saga may exist, so the cart stays frozen: the saga's own closing, or the sweeper, gives it back.
            throw e;
        } catch (RuntimeException e) {
            quietly(cart, () -> letGo(attempt, cart));
            throw isOfAPause(e, attempt)
                    ? CheckoutProblems.paused(attempt.definition().name())
                    : e;
        }
    }

    /// The engine refuses alike when it is full and when somebody told it to. Whoever waits wants to know which:
    /// one is over in a moment, the other when an operator says so. Told from memory, so that it costs a shop that
    /// is full nothing.
    private boolean isOfAPause(RuntimeException refused, Attempt attempt) {
        return refused instanceof OverloadedException
                && engine.operator().isPaused(attempt.definition().name());
    }

    /// What is answered is decided by now. A cart that cannot be let go must not turn "refused" into "unclear": the
    /// customer would repeat what will be refused again. The cart stays frozen for a saga that does not exist, and
    /// that is what the sweeper looks for.
    private static void quietly(Cart cart, Runnable lettingGo) {
        try {
            lettingGo.run();
        } catch (RuntimeException e) {
            LOG.warn("cart {} stays frozen until the sweeper gives it back: {}", cart.cartId(), e.toString());
        }
    }

    /// This checkout comes to nothing. A cart it has frozen itself is given back; one it took over goes back to
    /// whom it was taken from, who may have started by now and relies on its being frozen. If that one's process
    /// died instead, the cart waits for the next checkout to take it over, or for the sweeper.
    private void letGo(Attempt attempt, Cart cart) {
        if (attempt.takenFrom() == null) {
            carts.giveBack(cart.cartId(), attempt.sagaId());
        } else {
            handOn(cart, attempt.sagaId(), attempt.takenFrom());
        }
    }

    /// The cart belongs to another saga's checkout after all: that one closes it, or gives it back, when it ends.
    /// If it has ended before it could, that is done for it now; should this process die first, the sweeper does.
    private void handOn(Cart cart, String fromSagaId, String toSagaId) {
        carts.takeOver(cart.cartId(), fromSagaId, toSagaId);
        switch (engine.find(toSagaId).map(SagaView::status).orElse(SagaStatus.STARTED)) {
            case STARTED, COMPENSATING -> {}
            case COMPLETED -> carts.close(cart.cartId(), toSagaId);
            case FAILED -> carts.giveBack(cart.cartId(), toSagaId);
        }
    }

    private StartRequest<CheckoutOrder> startRequest(Attempt attempt, Cart cart) {
        var request = attempt.request();
        requireOwn(cart, request.userId());
        var customer = request.userId() == null ? Optional.<Customer>empty() : customers.find(request.userId());
        var address = addressOf(request, customer);
        var methods = methodsOf(request, customer);
        var priced = pricing.price(cart, request.expectedTotal());
        var order = new CheckoutOrder(
                attempt.orderId(),
                cart.cartId(),
                request.userId(),
                priced.lines(),
                priced.total(),
                address,
                methods,
                request.deliveryPreference() == null ? "standard" : request.deliveryPreference());
        return new StartRequest<>(
                attempt.sagaId(),
                order,
                SCOPE,
                attempt.key(),
                IdempotencyKey.digest(request),
                "cart:" + cart.cartId(),
                // Reservation, charge, label and order are known by the order's id: a second checkout under it
                // would answer for, and undo, what belongs to the first. Claimed for made-up ids too: somebody may
                // send one.
                "order:" + attempt.orderId(),
                Trace.currentTraceparent());
    }

    /// The answer that this key got before, when its request is the same.
    private Optional<Accepted> acceptedBefore(CheckoutRequest request, String key) {
        return engine.startedBy(SCOPE, key).map(before -> {
            if (!before.requestHash().equals(IdempotencyKey.digest(request))) {
                throw new KeyReusedException(key);
            }
            return accepted(before.sagaId());
        });
    }

    private Accepted accepted(String sagaId) {
        var saga = engine.find(sagaId).orElseThrow(() -> ProblemException.notFound("checkout", sagaId));
        return new Accepted(sagaId, flows.orderIdOf(saga).orElse(null));
    }

    /// A cart is given back, or deleted, just before the end of its checkout is recorded; until then nobody knows
    /// the end.
    private ProblemException taken(String cartId, String sagaId) {
        return hasCompleted(sagaId) ? CheckoutProblems.ordered(sagaId) : CheckoutProblems.inProgress(cartId, sagaId);
    }

    /// Asked of a saga that holds a subject, which one that fails lets go of. So one that is not there any more has
    /// completed, long ago.
    private boolean hasCompleted(String sagaId) {
        return engine.find(sagaId)
                .map(saga -> saga.status() == SagaStatus.COMPLETED)
                .orElse(true);
    }

    private ProblemException missing(String cartId) {
        return engine.holderOf("cart:" + cartId)
                .map(sagaId -> taken(cartId, sagaId))
                .orElseGet(() -> ProblemException.notFound("cart", cartId));
    }

    private SagaDefinition<CheckoutOrder> definitionOf(CheckoutRequest request) {
        if (request.flow() == null) {
            return flows.all().getFirst();
        }
        return flows.named(request.flow())
                .orElseThrow(() -> ProblemException.invalid(
                        "#/flow",
                        "must be one of "
                                + flows.all().stream()
                                        .map(SagaDefinition::name)
                                        .distinct()
                                        .toList()));
    }

    private static void requireOwn(Cart cart, String userId) {
        if (cart.userId() != null && !cart.userId().equals(userId)) {
            throw CheckoutProblems.ofAnother();
        }
    }

    private static Address addressOf(CheckoutRequest request, Optional<Customer> customer) {
        if (request.shippingAddress() != null) {
            return request.shippingAddress();
        }
        return customer.map(Customer::addresses)
                .filter(addresses -> !addresses.isEmpty())
                .map(List::getFirst)
                .orElseThrow(() -> ProblemException.invalid(
                        "#/shipping_address", "is needed: the customer has no address on record"));
    }

    private static List<String> methodsOf(CheckoutRequest request, Optional<Customer> customer) {
        if (!request.methods().isEmpty()) {
            return request.methods();
        }
        return customer.map(Customer::paymentMethodIds)
                .filter(methods -> !methods.isEmpty())
                .orElseThrow(() -> ProblemException.invalid(
                        "#/payment_method_id", "is needed: the customer has no payment method on record"));
    }

    /// @param takenFrom the saga the cart was frozen for before, or null
    private record Attempt(
            CheckoutRequest request,
            String key,
            String sagaId,
            String orderId,
            SagaDefinition<CheckoutOrder> definition,
            String takenFrom) {

        Attempt inPlaceOf(String otherSagaId) {
            return new Attempt(request, key, sagaId, orderId, definition, otherSagaId);
        }
    }

    /// A checkout that is durable.
    ///
    /// @param orderId null for one of a release whose payload this one cannot read
    record Accepted(String sagaId, String orderId) {}
}
