package dev.holdfast.platform.remote;

import dev.holdfast.platform.Json;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import tools.jackson.core.JacksonException;

/// What a service of this process answers to other processes. A service may have several, of different operations.
///
/// Usage, as a bean: `Offer.of(Role.ORDERS).on(CREATE, orders::create).on(FIND, …)`.
public final class Offer {

    private final Role role;
    private final Map<String, Answering<?, ?>> operations = new HashMap<>();

    private Offer(Role role) {
        this.role = role;
    }

    /// The work behind an operation.
    @FunctionalInterface
    public interface Work<Q, R> {
        R answer(Q request) throws Exception;
    }

    private record Answering<Q, R>(Operation<Q, R> operation, Work<Q, R> work) {

        /// What is asked is read before anything is done, and is nonsense if that fails.
        Callable<Reply> prepared(Call call) {
            Q request;
            if (call.body().isNull()) {
                throw new IllegalArgumentException("'" + operation.name() + "' was asked with nothing");
            }
            try {
                request = operation.read(call);
            } catch (JacksonException e) {
                var why = e.getCause() instanceof IllegalArgumentException refused ? ": " + refused.getMessage() : "";
                throw new IllegalArgumentException(
                        "'" + operation.name() + "' was asked with what it cannot read, at " + Json.placeOf(e) + why,
                        e);
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        "'" + operation.name() + "' was asked with what it cannot read: " + e.getMessage(), e);
            }
            return () -> operation.answer(work.answer(request));
        }
    }

    public static Offer of(Role role) {
        return new Offer(role);
    }

    public <Q, R> Offer on(Operation<Q, R> operation, Work<Q, R> work) {
        if (operations.put(operation.name(), new Answering<>(operation, work)) != null) {
            throw new IllegalArgumentException("'" + operation.name() + "' of " + role.word() + " is offered twice");
        }
        return this;
    }

    /// All that is offered of one role, as one.
    static Offer of(Role role, Collection<Offer> parts) {
        var whole = new Offer(role);
        for (var part : parts) {
            part.operations.forEach((name, work) -> {
                if (whole.operations.put(name, work) != null) {
                    throw new IllegalStateException("'" + name + "' of " + role.word() + " is offered twice");
                }
            });
        }
        return whole;
    }

    Role role() {
        return role;
    }

    boolean has(String operation) {
        return operations.containsKey(operation);
    }

    Reply answer(Call call) throws Exception {
        return operations.get(call.operation()).prepared(call).call();
    }
}
