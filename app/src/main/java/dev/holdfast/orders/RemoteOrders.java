package dev.holdfast.orders;

import dev.holdfast.orders.OrdersWire.Cancelling;
import dev.holdfast.orders.OrdersWire.FailedCheckout;
import dev.holdfast.orders.OrdersWire.Listing;
import dev.holdfast.orders.OrdersWire.Reserving;
import dev.holdfast.platform.remote.Page;
import dev.holdfast.platform.remote.RemoteService;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The orders of another process.
final class RemoteOrders implements OrdersApi, OrderBooks {

    private final RemoteService service;

    RemoteOrders(RemoteService service) {
        this.service = service;
    }

    @Override
    public OrderResult create(CreateRequest request) {
        return service.call(OrdersWire.CREATE, request);
    }

    @Override
    public OrderResult reserve(String orderId, Instant notAfter) {
        return service.call(OrdersWire.RESERVE, new Reserving(orderId, notAfter));
    }

    @Override
    public OrderResult confirm(String orderId) {
        return service.call(OrdersWire.CONFIRM, orderId);
    }

    @Override
    public OrderResult cancel(String orderId, String reason) {
        return service.call(OrdersWire.CANCEL, new Cancelling(orderId, reason));
    }

    @Override
    public void checkoutFailed(String orderId, String userId, String code, String message) {
        service.call(OrdersWire.CHECKOUT_FAILED, new FailedCheckout(orderId, userId, code, message));
    }

    @Override
    public Optional<Order> find(String orderId) {
        return Optional.ofNullable(service.call(OrdersWire.FIND, orderId));
    }

    @Override
    public List<OrderEvent> history(String orderId) {
        return service.call(OrdersWire.HISTORY, orderId);
    }

    @Override
    public List<Order> list(String after, String status, int limit) {
        return service.call(OrdersWire.LIST, new Listing(after, status, limit));
    }

    @Override
    public long broken() {
        return service.call(OrdersWire.BROKEN, "");
    }

    @Override
    public List<OpenOrder> open(String after, int limit) {
        return service.call(OrdersWire.OPEN, new Page(after, limit));
    }

    @Override
    public List<OrderTotals> totals(String after, int limit) {
        return service.call(OrdersWire.TOTALS, new Page(after, limit));
    }

    @Override
    public Map<String, Map<String, Long>> pieces(Collection<String> orderIds) {
        return service.call(OrdersWire.PIECES, List.copyOf(orderIds));
    }

    @Override
    public Map<String, Standing> standing(Collection<String> orderIds) {
        return service.call(OrdersWire.STANDING, List.copyOf(orderIds));
    }

    @Override
    public Map<String, Long> countByStatus() {
        return service.call(OrdersWire.COUNT_BY_STATUS, "");
    }
}
