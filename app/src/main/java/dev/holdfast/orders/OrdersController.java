package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.Order;
import dev.holdfast.orders.OrdersApi.OrderEvent;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/orders`: what an order is and how it came there.
@RestController
@RequestMapping("/v1/orders")
class OrdersController {

    private static final int MOST = 200;

    private final OrdersApi orders;

    OrdersController(OrdersApi orders) {
        this.orders = orders;
    }

    @GetMapping
    OrderPage list(
            @RequestParam(required = false) String after,
            @RequestParam(required = false) String status,
            @RequestParam(defaultValue = "50") int limit) {
        if (limit < 1 || limit > MOST) {
            throw ProblemException.invalid("?limit", "must be 1 to 200");
        }
        var flaw = after == null || after.isEmpty() ? null : Text.flaw(after, 64);
        if (flaw != null) {
            throw ProblemException.invalid("?after", flaw);
        }
        try {
            // One more than asked for tells whether there is a next page.
            var page = orders.list(after, status, Math.min(limit + 1, MOST));
            var shown = page.subList(0, Math.min(limit, page.size()));
            var more = page.size() > limit || page.size() == MOST;
            return new OrderPage(shown, more ? shown.getLast().orderId() : null);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid("?status", e.getMessage());
        }
    }

    @GetMapping("/{orderId}")
    Order find(@PathVariable String orderId) {
        return orders.find(orderId).orElseThrow(() -> ProblemException.notFound("order", orderId));
    }

    @GetMapping("/{orderId}/history")
    History history(@PathVariable String orderId) {
        var events = orders.history(orderId);
        if (events.isEmpty()) {
            throw ProblemException.notFound("order", orderId);
        }
        return new History(orderId, events);
    }

    /// @param next pass it as `after` for the next page; absent on the last
    record OrderPage(List<Order> orders, String next) {}

    record History(String orderId, List<OrderEvent> events) {}
}
