package dev.holdfast.orders;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The lifecycle of an order. [#NEXT] is the whole of it: a transition that is not in that table cannot be written.
enum OrderState {
    CREATED("OrderCreated"),
    RESERVED("OrderReserved"),
    CONFIRMED("OrderConfirmed"),
    SHIPPED("OrderShipped"),
    DELIVERED("OrderDelivered"),
    REFUND_PENDING("OrderRefundPending"),
    REFUNDED("OrderRefunded"),
    CANCELLED("OrderCancelled");

    private static final Map<OrderState, Set<OrderState>> NEXT = Map.of(
            CREATED, Set.of(RESERVED, CANCELLED),
            RESERVED, Set.of(CONFIRMED, CANCELLED),
            CONFIRMED, Set.of(SHIPPED, CANCELLED),
            SHIPPED, Set.of(DELIVERED),
            DELIVERED, Set.of(REFUND_PENDING),
            REFUND_PENDING, Set.of(REFUNDED),
            REFUNDED, Set.of(),
            CANCELLED, Set.of());

    private final String event;

    OrderState(String event) {
        this.event = event;
    }

    /// The state as the tables and the API write it.
    String code() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /// The event that tells of an order's arrival in this state.
    String event() {
        return event;
    }

    boolean mayBecome(OrderState next) {
        return NEXT.get(this).contains(next);
    }

    /// Whether an order in this state is, or surely once was, in `earlier`. Every state but cancelled is reached on
    /// one way only; of a cancelled order nobody can say how far it came.
    boolean reached(OrderState earlier) {
        return this == earlier
                || this != CANCELLED && NEXT.get(earlier).stream().anyMatch(this::reached);
    }

    /// @throws IllegalArgumentException when there is no such state
    static OrderState of(String code) {
        return Arrays.stream(values())
                .filter(state -> state.code().equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no order state is called '" + code + "'"));
    }

    /// The table as a Mermaid state diagram.
    static String diagram() {
        var transitions = Arrays.stream(values())
                .flatMap(from -> Arrays.stream(values())
                        .filter(from::mayBecome)
                        .map(to -> "    " + from.code() + " --> " + to.code()));
        var ends = Arrays.stream(values())
                .filter(state -> NEXT.get(state).isEmpty())
                .map(state -> "    " + state.code() + " --> [*]");
        return Stream.of(Stream.of("stateDiagram-v2", "    [*] --> created"), transitions, ends)
                .flatMap(lines -> lines)
                .collect(joining("\n"));
    }
}
