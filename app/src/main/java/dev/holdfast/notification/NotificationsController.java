package dev.holdfast.notification;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// For operators: what was told about an order.
@RestController
class NotificationsController {

    private final Notifications notifications;

    NotificationsController(Notifications notifications) {
        this.notifications = notifications;
    }

    @GetMapping("/v1/ops/notifications")
    Map<String, List<Notifications.Written>> ofOrder(@RequestParam("order_id") String orderId) throws SQLException {
        return Map.of("notifications", notifications.ofOrder(orderId));
    }
}
