package dev.holdfast.system;

import static dev.holdfast.system.Exchange.expect;
import static dev.holdfast.system.Exchange.expectInvalid;
import static dev.holdfast.system.Exchange.expectProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.system.Exchange.Expected;
import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/// A checkout whose payment is declined and that waits for another payment method.
class PaymentMethodTest {

    private static final Duration SOON = Duration.ofSeconds(40);

    private static final TestServer SERVER = TestServer.with(
            "holdfast.checkout.payment-method-wait=5m",
            "holdfast.lanes.patience=1500ms",
            "holdfast.lanes.transaction=60s",
            "holdfast.payment.sweep-interval=200ms",
            "holdfast.payment.sweep-after=2s");

    private final JdbcClient books = JdbcClient.create(SERVER.database().dataSource());

    @AfterAll
    static void close() throws Exception {
        SERVER.close();
    }

    @Test
    void a_declined_checkout_waits_and_is_confirmed_with_another_payment_method() {
        var sagaId = declined("pm_1");
        expect(SERVER.get("/v1/checkout/" + sagaId), 200, """
                {"saga_id":"saga_chk_<uuid>","order_id":"ord_pm_1","status":"processing","stage":"PAYMENT_PENDING",
                 "waits_for":{"what":"payment-method","until":"<time>","code":"payment-declined",
                  "message":"%s"},
                 "steps":[
                  {"name":"reserve-inventory","owner":"inventory","status":"done","attempts":1,"ended_at":"<time>"},
                  {"name":"authorize-payment","owner":"payment","status":"waiting","attempts":1,"ended_at":"<time>"},
                  {"name":"create-order","owner":"orders","status":"pending","attempts":0},
                  {"name":"create-label","owner":"shipping","status":"pending","attempts":0},
                  {"name":"pin-reservation","owner":"inventory","status":"pending","attempts":0},
                  {"name":"capture-payment","owner":"payment","status":"pending","attempts":0},
                  {"name":"commit-inventory","owner":"inventory","status":"pending","attempts":0},
                  {"name":"confirm-order","owner":"orders","status":"pending","attempts":0}]}
                """.formatted(
                        "the payment of order 'ord_pm_1' was declined (card_declined);"
                                + " nothing was charged, another payment method may work"));
        assertThat(expiryOf("ord_pm_1")).isAfter(waitsUntil(sagaId));

        var sent = offer(sagaId, "pm_good", "k1");
        expect(sent, 202, """
                {"saga_id":"saga_chk_<uuid>","status":"processing","order_id":"ord_pm_1"}
                """);
        assertThat(sent.header("Location")).isEqualTo("/v1/checkout/" + sagaId);
        assertThat(outcome(sagaId)).isEqualTo("completed");
        assertThat(SERVER.get("/v1/orders/ord_pm_1")
                        .json()
                        .path("payment_method")
                        .asString())
                .isEqualTo("pm_good");
        assertThat(keys("ord_pm_1"))
                .isEqualTo(sagaId + ":authorize-payment failed, " + sagaId + ":authorize-payment:1:1 completed");
        assertThat(offer(sagaId, "pm_good", "k1").body()).isEqualTo(sent.body());
    }

    @Test
    void without_another_one_in_time_it_fails_and_the_cart_is_the_customers_again() throws Exception {
        try (var impatient = TestServer.with("holdfast.checkout.payment-method-wait=1s")) {
            var sagaId = start(impatient, "pm_2", "pm_card_declined");

            var failed = impatient.get("/v1/checkout/" + sagaId, "Prefer", "wait=30");
            assertThat(failed.json().path("status").asString()).isEqualTo("failed");
            assertThat(failed.json().at("/failure/code").asString()).isEqualTo("payment-declined");
            var changed = impatient.put("/v1/carts/cart_pm_2/items/sku_pm_2", "{\"quantity\":1}");
            assertThat(changed.status()).as(changed.body()).isEqualTo(200);
            assertThat(impatient
                            .get("/v1/inventory/sku_pm_2")
                            .json()
                            .path("available")
                            .asInt())
                    .isEqualTo(10);
        }
    }

    /// The second card's authorization arrives at last when nobody waits for it any more.
    @Test
    void a_payment_method_in_doubt_is_given_up_and_undone_with_all_before_it() throws Exception {
        var sagaId = declined("pm_3");
        try (var holder = SERVER.database().dataSource().getConnection();
                var lock = holder.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(4711)");
            SERVER.database().execute("""
                    CREATE FUNCTION sandbox.hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        PERFORM pg_advisory_xact_lock_shared(4711);
                        RETURN NEW;
                    END $$
                    """);
            SERVER.database().execute("""
                    CREATE TRIGGER silent BEFORE INSERT ON sandbox.provider_charges
                       FOR EACH ROW WHEN (NEW.method = 'pm_silent') EXECUTE FUNCTION sandbox.hold_up()
                    """);
            offer(sagaId, "pm_silent", "k1");

            await().atMost(SOON).until(() -> statusOf(sagaId).equals("failed"));
            assertThat(SERVER.get("/v1/checkout/" + sagaId)
                            .json()
                            .at("/failure/code")
                            .asString())
                    .isEqualTo("no-answer");
            assertThat(books.sql("SELECT count(*) FROM payment.payments WHERE order_id = ? AND undone_at IS NULL")
                            .param("ord_pm_3")
                            .query(Integer.class)
                            .single())
                    .isZero();
            lock.execute("SELECT pg_advisory_unlock(4711)");
        }
        await().atMost(SOON).until(() -> charges("pm_silent").equals("charges 1, kept 0"));
    }

    @Test
    void a_key_stands_for_one_payment_method_and_without_one_the_method_itself_does() {
        var sagaId = declined("pm_4");
        offer(sagaId, "pm_card_declined", "k1");
        offer(sagaId, "pm_card_declined", "k1");
        await().atMost(SOON).until(() -> declines(sagaId) == 2);
        expectProblem(
                offer(sagaId, "pm_other", "k1"),
                new Expected(
                        422,
                        "idempotency-key-reused",
                        "Idempotency-Key reused",
                        "this Idempotency-Key came before with another request; send that body again, or take a new key",
                        "/v1/checkout/saga_chk_<uuid>/payment-method"),
                "");

        awaitWaiting(sagaId);
        assertThat(SERVER.post(path(sagaId), "{\"payment_method_id\":\"pm_good\"}")
                        .status())
                .isEqualTo(202);
        assertThat(SERVER.post(path(sagaId), "{\"payment_method_id\":\"pm_good\"}")
                        .status())
                .isEqualTo(202);
        assertThat(outcome(sagaId)).isEqualTo("completed");
        assertThat(SERVER.post(path(sagaId), "{\"payment_method_id\":\"pm_good\"}")
                        .status())
                .isEqualTo(202);
        assertThat(books.sql("SELECT count(*) FROM saga.saga_signals WHERE saga_id = ?")
                        .param(sagaId)
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void a_checkout_that_does_not_wait_takes_none() {
        var sagaId = start(SERVER, "pm_5", "pm_good");
        assertThat(outcome(sagaId)).isEqualTo("completed");
        expectProblem(
                offer(sagaId, "pm_other", "k1"),
                new Expected(
                        409,
                        "not-waiting",
                        "Not waiting",
                        "this checkout does not wait for a payment method, so nothing was recorded;"
                                + " see /v1/checkout/saga_chk_<uuid>",
                        "/v1/checkout/saga_chk_<uuid>/payment-method"),
                "");
        expectProblem(
                offer("saga_chk_none", "pm_other", "k1"),
                new Expected(
                        404,
                        "not-found",
                        "Not found",
                        "there is no checkout 'saga_chk_none'",
                        "/v1/checkout/saga_chk_none/payment-method"),
                "");
        expectInvalid(
                SERVER.post(path(sagaId), "{}"),
                "/v1/checkout/saga_chk_<uuid>/payment-method",
                "#/payment_method_id",
                "is missing");
        assertThat(SERVER.post(path(sagaId), "{\"payment_method_id\":\"pm\",\"amount\":1}")
                        .status())
                .isEqualTo(400);
    }

    /// The same word as a key, twice: a key is its checkout's.
    @Test
    void a_payment_method_reaches_its_own_checkout_and_no_other() {
        var one = declined("pm_6");
        var other = declined("pm_7");
        offer(one, "pm_good", "k1");

        assertThat(outcome(one)).isEqualTo("completed");
        assertThat(statusOf(other)).isEqualTo("processing");
        offer(other, "pm_good_too", "k1");
        assertThat(outcome(other)).isEqualTo("completed");
        assertThat(SERVER.get("/v1/orders/ord_pm_7")
                        .json()
                        .path("payment_method")
                        .asString())
                .isEqualTo("pm_good_too");
    }

    @Test
    void what_is_no_longer_held_is_not_paid() {
        var sagaId = declined("pm_8");
        books.sql("UPDATE inventory.reservations SET expires_at = clock_timestamp() WHERE reservation_id = 'ord_pm_8'")
                .update();
        offer(sagaId, "pm_never_charged", "k1");

        assertThat(outcome(sagaId)).isEqualTo("failed");
        assertThat(SERVER.get("/v1/checkout/" + sagaId)
                        .json()
                        .at("/failure/code")
                        .asString())
                .isEqualTo("reservation-lapsed");
        assertThat(charges("pm_never_charged")).isEqualTo("charges 0, kept 0");
    }

    @Test
    void the_audit_lists_what_waits_and_is_clean() {
        declined("pm_9");

        var audit = SERVER.get("/v1/ops/audit?wait=30").json();
        assertThat(audit.path("quiet").asBoolean()).as(audit::toPrettyString).isTrue();
        assertThat(audit.path("clean").asBoolean()).as(audit::toPrettyString).isTrue();
        assertThat(audit.path("checks"))
                .anyMatch(check -> check.path("invariant").asString().startsWith("waiting sagas")
                        && check.path("figure").asInt() > 0);
    }

    /// @return the saga of a checkout that waits
    private String declined(String name) {
        var sagaId = start(SERVER, name, "pm_card_declined");
        awaitWaiting(sagaId);
        return sagaId;
    }

    private static String start(TestServer server, String name, String method) {
        server.put("/v1/products/sku_" + name, """
                {"name":"A thing","price":{"amount":1000,"currency":"USD"}}
                """);
        server.put("/v1/inventory/sku_" + name, "{\"available\":10}");
        server.put("/v1/carts/cart_" + name, """
                {"currency":"USD","items":[{"sku":"sku_%s","quantity":2}]}
                """.formatted(name));
        var accepted = server.post("/v1/checkout", """
                {"order_id":"ord_%1$s","cart_id":"cart_%1$s","payment_method_id":"%2$s","shipping_address":
                 {"name":"Alice","address1":"1 Main St","city":"Anytown","state":"CA","zip":"90210","country":"US"}}
                """.formatted(name, method), "Idempotency-Key", "chk_" + name);
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
        return accepted.json().path("saga_id").asString();
    }

    private static Answer offer(String sagaId, String method, String key) {
        return SERVER.post(path(sagaId), "{\"payment_method_id\":\"" + method + "\"}", "Idempotency-Key", key);
    }

    private static String path(String sagaId) {
        return "/v1/checkout/" + sagaId + "/payment-method";
    }

    private static void awaitWaiting(String sagaId) {
        await().atMost(SOON)
                .until(() -> SERVER.get("/v1/checkout/" + sagaId).json().has("waits_for"));
    }

    private static Instant waitsUntil(String sagaId) {
        return Instant.parse(SERVER.get("/v1/checkout/" + sagaId)
                .json()
                .at("/waits_for/until")
                .asString());
    }

    private static String outcome(String sagaId) {
        return SERVER.get("/v1/checkout/" + sagaId, "Prefer", "wait=30")
                .json()
                .path("status")
                .asString();
    }

    private static String statusOf(String sagaId) {
        return SERVER.get("/v1/checkout/" + sagaId).json().path("status").asString();
    }

    private int declines(String sagaId) {
        return books.sql("SELECT count(*) FROM saga.saga_steps WHERE saga_id = ? AND event = 'REFUSED'")
                .param(sagaId)
                .query(Integer.class)
                .single();
    }

    private Instant expiryOf(String reservationId) {
        return books.sql("SELECT expires_at FROM inventory.reservations WHERE reservation_id = ?")
                .param(reservationId)
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private String keys(String orderId) {
        return books.sql("""
                        SELECT string_agg(idempotency_key || ' ' || status, ', ' ORDER BY created_at)
                          FROM payment.payments
                         WHERE order_id = ?
                        """).param(orderId).query(String.class).single();
    }

    private String charges(String method) {
        return books.sql("""
                        SELECT 'charges ' || count(*) || ', kept '
                               || coalesce(sum(amount - released - refunded), 0)::numeric(10, 0)
                          FROM sandbox.provider_charges
                         WHERE method = ? AND decline_code IS NULL
                        """).param(method).query(String.class).single();
    }
}
