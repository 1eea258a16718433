package dev.holdfast.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.notification.Notifications.Written;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.events.EventDelivery;
import dev.holdfast.platform.events.EventSettings;
import dev.holdfast.platform.events.EventsListener;
import dev.holdfast.platform.events.OutboxBooks;
import dev.holdfast.platform.events.Outboxes;
import dev.holdfast.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NotificationsTest {

    private static final String CONFIRMED = """
            {"event_type":"OrderConfirmed","order_id":"ord_1","user_id":"usr_456",
             "items":[{"product_id":"SKU-123","quantity":2,"price":29.99}],"total":59.98,
             "timestamp":"2025-08-05T14:23:00Z"}
            """;

    private final TestDatabase database = TestDatabase.with("notification");
    private final EventSettings settings = EventSettings.defaults();
    private final Outboxes outboxes = new Outboxes(settings);
    private final Outbox shop = outboxes.of(database.of("shop"));
    private final Notifications notifications = new Notifications(database.of("notification"));
    private final EventDelivery delivery =
            EventDelivery.start(outboxes, List.of(notifications), settings, EventsListener.NONE);

    @AfterEach
    void close() throws Exception {
        delivery.close();
        database.close();
    }

    @Test
    void a_confirmed_order_is_told_by_mail_to_its_customer() throws Exception {
        var event = event("OrderConfirmed", 1, CONFIRMED);
        tell(event);
        assertThat(notifications.ofOrder("ord_1")).singleElement().satisfies(mail -> {
            assertThat(mail.eventId()).isEqualTo(event.id());
            assertThat(mail.channel()).isEqualTo("email");
            assertThat(mail.recipient()).isEqualTo("usr_456");
            assertThat(mail.subject()).contains("ord_1", "confirmed");
            assertThat(mail.body()).contains("59.98");
        });
    }

    @Test
    void who_has_no_account_is_a_guest() throws Exception {
        tell(event("OrderCancelled", 1, "{\"order_id\":\"ord_1\",\"user_id\":null}"));
        assertThat(notifications.ofOrder("ord_1"))
                .extracting(Written::recipient)
                .containsExactly("guest");
    }

    @Test
    void out_of_stock_and_a_failed_payment_are_told_once_per_order_however_often_they_happen() throws Exception {
        var missing = "{\"order_id\":\"ord_1\",\"items\":[{\"product_id\":\"SKU-1\",\"requested\":2,\"available\":1}]}";
        tell(
                event("InventoryFailed", 1, missing),
                event("InventoryFailed", 2, missing),
                event("PaymentFailed", 3, "{\"order_id\":\"ord_1\",\"decline_code\":\"insufficient_funds\"}"),
                event("PaymentFailed", 4, "{\"order_id\":\"ord_1\",\"decline_code\":\"insufficient_funds\"}"));
        assertThat(notifications.ofOrder("ord_1"))
                .extracting(Written::eventType)
                .containsExactlyInAnyOrder("InventoryFailed", "PaymentFailed");
        assertThat(notifications.ofOrder("ord_1"))
                .filteredOn(mail -> mail.eventType().equals("InventoryFailed"))
                .singleElement()
                .satisfies(mail -> assertThat(mail.body()).contains("SKU-1"));
    }

    @Test
    void every_event_a_customer_hears_of_has_words_and_the_others_are_left_alone() throws Exception {
        var told = List.of(
                "OrderConfirmed",
                "OrderShipped",
                "OrderDelivered",
                "OrderCancelled",
                "OrderRefundPending",
                "OrderRefunded",
                "CheckoutFailed",
                "InventoryFailed",
                "PaymentFailed");
        long sequence = 0;
        for (var type : told) {
            tell(event(type, ++sequence, "{\"order_id\":\"ord_1\"}"));
        }
        tell(event("OrderReserved", ++sequence, "{}"), event("PaymentAuthorized", ++sequence, "{}"));
        assertThat(notifications.ofOrder("ord_1"))
                .extracting(Written::eventType)
                .containsExactlyElementsOf(told);
    }

    @Test
    void an_event_handled_again_writes_nothing_again() throws Exception {
        var event = event("OrderConfirmed", 1, CONFIRMED);
        tell(event);
        try (var db = database.dataSource().getConnection()) {
            notifications.handle(db, List.of(event));
        }
        assertThat(notifications.ofOrder("ord_1")).hasSize(1);
    }

    private static Event event(String type, long sequence, String data) {
        return new Event(Ids.next("evt_"), type, "/shop", "ord_1", "ord_1", sequence, null, Instant.EPOCH, data);
    }

    private void tell(Event... events) throws SQLException {
        try (var db = database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            shop.append(db, List.of(events));
            db.commit();
        }
        var books = OutboxBooks.of(database.of("shop"));
        await().until(() -> books.backlog().pending() == 0);
    }
}
