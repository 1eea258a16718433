package dev.holdfast.bench;

import dev.holdfast.flows.Participants;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.orders.OrdersApi;
import dev.holdfast.payment.PaymentApi;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/// Participants behind a network: a call takes as long as the hop and the participant's work, its own durable write
/// being part of that work. It answers when that time is over, or when it is done, should that be later.
///
/// The model knows create, hold, charge, release and cancel. What else a flow asks (to pin, to commit, to confirm,
/// to close) has no hop, and is part of what the engine and the flow add.
///
/// @param hop the network, there and back
record NetworkModel(Duration hop) implements UnaryOperator<Participants> {

    private static final long CREATE_MILLIS = 8;
    private static final long HOLD_MILLIS = 5;
    private static final long REFUSE_HOLD_MILLIS = 3;
    private static final long CHARGE_MILLIS = 240;
    private static final long RELEASE_MILLIS = 6;
    private static final long CANCEL_MILLIS = 4;
    private static final long AWAKE_NANOS = 300_000;

    @Override
    public Participants apply(Participants services) {
        return new Participants(
                distant(InventoryApi.class, services.inventory()),
                distant(PaymentApi.class, services.payment()),
                distant(OrdersApi.class, services.orders()),
                services.shipping(),
                services.carts(),
                services.clock(),
                services.holdTtl());
    }

    /// Create, hold, charge.
    Duration confirmed() {
        return hop.multipliedBy(3).plusMillis(CREATE_MILLIS + HOLD_MILLIS + CHARGE_MILLIS);
    }

    /// Create, hold refused, cancel.
    Duration outOfStock() {
        return hop.multipliedBy(3).plusMillis(CREATE_MILLIS + REFUSE_HOLD_MILLIS + CANCEL_MILLIS);
    }

    /// Create, hold, charge declined, release, cancel.
    Duration declined() {
        return confirmed().plus(hop.multipliedBy(2)).plusMillis(RELEASE_MILLIS + CANCEL_MILLIS);
    }

    private <T> T distant(Class<T> type, T service) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call(service, method, arguments)));
    }

    private Object call(Object service, Method method, Object[] arguments) throws Throwable {
        long began = System.nanoTime();
        Object answer;
        try {
            answer = method.invoke(service, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        long work = workMillis(method.getName(), answer);
        if (work > 0) {
            waitUntil(began + hop.plusMillis(work).toNanos());
        }
        return answer;
    }

    /// 0 for a call that the model does not have.
    private static long workMillis(String method, Object answer) {
        return switch (method) {
            case "create" -> CREATE_MILLIS;
            case "hold" -> answer instanceof InventoryApi.Held ? HOLD_MILLIS : REFUSE_HOLD_MILLIS;
            case "authorize" -> CHARGE_MILLIS;
            case "release" -> RELEASE_MILLIS;
            case "cancel" -> CANCEL_MILLIS;
            default -> 0;
        };
    }

    /// A thread that is woken by a timer comes late by what the machine takes to do so, which no network does: the
    /// rest is waited for awake.
    private static void waitUntil(long end) {
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            if (left > AWAKE_NANOS) {
                LockSupport.parkNanos(left - AWAKE_NANOS);
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
