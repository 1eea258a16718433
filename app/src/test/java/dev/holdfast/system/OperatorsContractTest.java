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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The exchanges of operators, word by word.
class OperatorsContractTest {

    private static final Duration SOON = Duration.ofSeconds(40);

    private static final TestServer SERVER = TestServer.with("holdfast.checkout.payment-method-wait=5m");

    @AfterAll
    static void close() throws Exception {
        SERVER.close();
    }

    @Test
    void a_saga_is_shown_whole_with_what_it_waits_for_and_since_when() {
        var sagaId = waiting("op_1");
        expect(SERVER.get("/v1/ops/sagas/" + sagaId), 200, """
                {"saga_id":"saga_chk_<uuid>","order_id":"ord_op_1","definition":"checkout","version":2,
                 "status":"STARTED","stage":"PAYMENT_PENDING","current_step":"authorize-payment",
                 "needs_attention":false,"parked":false,"paused":false,"subject":"cart:cart_op_1",
                 "waits":{"since":"<time>","next":[
                  {"act":"TURN_BACK","step":"authorize-payment","owner":{"team":"payments-platform","service":"payment"},
                   "attempt":0,"signal":"payment-method","at":"<time>"}]},
                 "payload":%s,
                 "log":[
                  {"seq":1,"step":"reserve-inventory","event":"DONE","attempt":0,"generation":0,
                   "detail":{"expires_at":"<time>"},"started_at":"<time>","ended_at":"<time>"},
                  {"seq":2,"step":"authorize-payment","event":"REFUSED","attempt":0,"generation":0,
                   "detail":{"signal":"payment-method","deadline":"<time>","code":"payment-declined","message":"%s"},
                   "started_at":"<time>","ended_at":"<time>"}],
                 "tasks":[],"dead_letters":[],"signals":[],"created_at":"<time>","updated_at":"<time>"}
                """.formatted(
                        """
                        {"order_id":"ord_op_1","cart_id":"cart_op_1","lines":[{"product_id":"sku_op_1","name":"A thing",
                         "quantity":2,"unit_price":{"amount":1000,"currency":"USD"}}],
                         "total":{"amount":2000,"currency":"USD"},"shipping_address":{"name":"Alice",
                         "address1":"1 Main St","city":"Anytown","state":"CA","zip":"90210","country":"US"},
                         "payment_method_ids":["pm_card_declined"],"delivery_preference":"standard"}
                        """,
                        "the payment of order 'ord_op_1' was declined (card_declined); nothing was charged,"
                                + " another payment method may work"));
        expectProblem(
                SERVER.get("/v1/ops/sagas/saga_chk_none"),
                new Expected(
                        404,
                        "not-found",
                        "Not found",
                        "there is no saga 'saga_chk_none'",
                        "/v1/ops/sagas/saga_chk_none"),
                "");
    }

    @Test
    void sagas_are_found_by_what_they_are_in_pages() {
        var done = checkout("op_2", "pm_good");
        SERVER.get("/v1/checkout/" + done, "Prefer", "wait=30");
        var waits = waiting("op_3");
        var summary = """
                {"sagas":[{"saga_id":"saga_chk_<uuid>","definition":"checkout","version":2,"status":"COMPLETED",
                 "current_step":"confirm-order","needs_attention":false,"subject":"cart:cart_op_2",
                 "created_at":"<time>","updated_at":"<time>"}]}
                """;
        expect(SERVER.get("/v1/ops/sagas?order_id=ord_op_2"), 200, summary);
        expect(SERVER.get("/v1/ops/sagas?subject=cart:cart_op_2"), 200, summary);
        expect(SERVER.get("/v1/ops/sagas?order_id=ord_none"), 200, "{\"sagas\":[]}");

        assertThat(found("status=STARTED&step=authorize-payment&definition=checkout"))
                .contains(waits)
                .doesNotContain(done);
        assertThat(found("status=COMPLETED&needs_attention=false"))
                .contains(done)
                .doesNotContain(waits);
        assertThat(found("older_than=1h")).isEmpty();
        assertThat(found("definition=order-first")).isEmpty();
        var all = new ArrayList<String>();
        for (JsonNode page = SERVER.get("/v1/ops/sagas?limit=1").json();
                page != null;
                page = page.has("next")
                        ? SERVER.get("/v1/ops/sagas?limit=1&after="
                                        + page.path("next").asString())
                                .json()
                        : null) {
            page.path("sagas").forEach(saga -> all.add(saga.path("saga_id").asString()));
        }
        assertThat(all).doesNotHaveDuplicates().contains(done, waits).isSortedAccordingTo((a, b) -> b.compareTo(a));
    }

    @Test
    void a_saga_that_waits_is_turned_back_once_whoever_asks_again() {
        var sagaId = waiting("op_4");
        var path = "/v1/ops/sagas/" + sagaId + "/turn-back";
        var done = SERVER.post(path, "{\"reason\":\"she called\"}", "X-Operator", "olga", "Idempotency-Key", "op-4");
        expect(done, 200, "{\"status\":\"done\",\"saga_id\":\"saga_chk_<uuid>\"}");
        var failed = SERVER.get("/v1/checkout/" + sagaId, "Prefer", "wait=30").json();
        assertThat(failed.path("status").asString()).isEqualTo("failed");
        assertThat(failed.path("failure").path("code").asString()).isEqualTo("cancelled");

        var again = SERVER.post(path, "{\"reason\":\"she called\"}", "X-Operator", "olga", "Idempotency-Key", "op-4");
        assertThat(again.body()).isEqualTo(done.body());
        assertThat(SERVER.post(path, "{\"reason\":\"other\"}", "X-Operator", "olga", "Idempotency-Key", "op-4")
                        .status())
                .isEqualTo(422);
        expectProblem(
                SERVER.post(path, "{\"reason\":\"she called\"}", "X-Operator", "olga"),
                new Expected(
                        409,
                        "not-possible",
                        "Not possible",
                        "the saga has ended: FAILED; nothing was changed",
                        "/v1/ops/sagas/saga_chk_<uuid>/turn-back"),
                "");
        expect(SERVER.get("/v1/ops/audit-trail?saga_id=" + sagaId), 200, """
                {"deeds":[{"id":%d,"who":"olga","what":"turn-back","saga_id":"saga_chk_<uuid>","why":"she called",
                 "at":"<time>"}]}
                """.formatted(deedOf(sagaId)));
    }

    @Test
    void an_undo_that_cannot_be_done_is_seen_and_settled_by_hand_or_tried_again() {
        refuseToRelease(true);
        var byHand = waiting("op_5");
        var byCall = waiting("op_6");
        for (var sagaId : List.of(byHand, byCall)) {
            SERVER.post("/v1/ops/sagas/" + sagaId + "/turn-back", "{\"reason\":\"no stock\"}", "X-Operator", "olga");
        }
        await().atMost(SOON)
                .until(() -> SERVER.get("/v1/ops/dead-letters")
                                .json()
                                .path("dead_letters")
                                .size()
                        == 2);

        var first = SERVER.get("/v1/ops/dead-letters?limit=1");
        expect(first, 200, """
                {"dead_letters":[{"saga_id":"saga_chk_<uuid>","step":"reserve-inventory",
                 "context":{"target_service":"INVENTORY_SERVICE","key":"saga_chk_<uuid>:reserve-inventory:undo",
                  "failures":"3"},
                 "error":"a value of the order cannot be stored","failed_at":"<time>"}],
                 "next":"%s"}
                """.formatted(first.json().path("next").asString()));
        assertThat(SERVER.get("/v1/ops/dead-letters?limit=1&after="
                                + first.json().path("next").asString())
                        .json()
                        .path("dead_letters"))
                .hasSize(1);
        tasksAreOpenOf(byHand, byCall);

        expect(
                SERVER.post("/v1/ops/sagas/" + byHand + "/resolve", """
                        {"step":"reserve-inventory","reason":"the row is broken","evidence":"ticket 4711"}
                        """, "X-Operator", "olga"),
                200,
                "{\"status\":\"done\",\"saga_id\":\"saga_chk_<uuid>\"}");
        assertThat(statusOf(byHand)).isEqualTo("failed");
        isKeptWithItsEvidence();

        isUndoneAtLast(byCall);
    }

    private static void tasksAreOpenOf(String byHand, String byCall) {
        assertThat(found("needs_attention=true")).containsExactlyInAnyOrder(byHand, byCall);
        assertThat(SERVER.get("/v1/ops/tasks").json().path("tasks"))
                .hasSize(2)
                .allMatch(task -> task.path("step").asString().equals("reserve-inventory")
                        && task.path("definition").asString().equals("checkout")
                        && task.path("status").asString().equals("SENT")
                        && task.has("since"));
        var next = SERVER.get("/v1/ops/sagas/" + byHand).json().at("/waits/next/0");
        assertThat(next.path("act").asString() + " " + next.at("/owner/team").asString())
                .isEqualTo("UNDO fulfilment-platform");
    }

    private static void isKeptWithItsEvidence() {
        expect(SERVER.get("/v1/ops/dead-letters?resolved=true"), 200, """
                {"dead_letters":[{"saga_id":"saga_chk_<uuid>","step":"reserve-inventory",
                 "context":{"target_service":"INVENTORY_SERVICE","key":"saga_chk_<uuid>:reserve-inventory:undo",
                  "failures":"3"},
                 "error":"a value of the order cannot be stored","failed_at":"<time>",
                 "resolution":{"at":"<time>","by":"olga","reason":"the row is broken","evidence":"ticket 4711"}}]}
                """);
    }

    private static void isUndoneAtLast(String byCall) {
        refuseToRelease(false);
        assertThat(SERVER.post("/v1/ops/sagas/" + byCall + "/retry", null, "X-Operator", "olga")
                        .status())
                .isIn(200, 409); // its own next attempt may have been faster
        assertThat(statusOf(byCall)).isEqualTo("failed");
        assertThat(SERVER.get("/v1/ops/tasks").json().path("tasks")).isEmpty();
        assertThat(SERVER.get("/v1/inventory/sku_op_6").json().path("available").asInt())
                .isEqualTo(10);
    }

    @Test
    void whoever_does_something_says_who_they_are_and_why() {
        var sagaId = waiting("op_8");
        var path = "/v1/ops/sagas/" + sagaId;
        expectProblem(
                SERVER.post(path + "/retry", null),
                new Expected(
                        400,
                        "operator-missing",
                        "Operator missing",
                        "this request needs an X-Operator header that says who you are, 1 to 100 characters:"
                                + " it is kept with what you do; nothing was changed",
                        "/v1/ops/sagas/saga_chk_<uuid>/retry"),
                "");
        assertThat(SERVER.post(path + "/retry", null, "X-Operator", "o".repeat(101))
                        .status())
                .isEqualTo(400);
        var masked = "/v1/ops/sagas/saga_chk_<uuid>";
        expectInvalid(
                SERVER.post(path + "/turn-back", "{}", "X-Operator", "olga"),
                masked + "/turn-back",
                "#/reason",
                "is missing");
        expectInvalid(
                SERVER.post(path + "/resolve", "{\"step\":\"a\",\"reason\":\"b\"}", "X-Operator", "olga"),
                masked + "/resolve",
                "#/evidence",
                "is missing");
        assertThat(SERVER.post(path + "/turn-back", "{\"reason\":\"a\",\"force\":true}", "X-Operator", "olga")
                        .status())
                .isEqualTo(400);
        resolvesNothing(path, masked);
        assertThat(SERVER.post("/v1/ops/sagas/none/retry", null, "X-Operator", "olga")
                        .status())
                .isEqualTo(404);
        assertThat(statusOf(sagaId)).isEqualTo("processing");
    }

    private static void resolvesNothing(String path, String masked) {
        expectProblem(
                SERVER.post(path + "/resolve", """
                        {"step":"reserve-inventory","reason":"b","evidence":"c"}
                        """, "X-Operator", "olga"),
                new Expected(
                        409,
                        "not-possible",
                        "Not possible",
                        "the undo of 'reserve-inventory' is no open dead letter; nothing was changed",
                        masked + "/resolve"),
                "");
    }

    private static void refuseToRelease(boolean refuse) {
        SERVER.database().execute(refuse ? """
                CREATE FUNCTION inventory.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'broken' USING ERRCODE = 'check_violation';
                END $$;
                CREATE TRIGGER refused BEFORE UPDATE ON inventory.reservations
                   FOR EACH ROW WHEN (NEW.status = 'released') EXECUTE FUNCTION inventory.refuse()
                """ : "DROP TRIGGER refused ON inventory.reservations");
    }

    private static String waiting(String name) {
        var sagaId = checkout(name, "pm_card_declined");
        await().atMost(SOON)
                .until(() -> SERVER.get("/v1/checkout/" + sagaId).json().has("waits_for"));
        return sagaId;
    }

    private static String checkout(String name, String method) {
        var accepted = accept(name, method);
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
        return accepted.json().path("saga_id").asString();
    }

    private static Answer accept(String name, String method) {
        SERVER.put("/v1/products/sku_" + name, """
                {"name":"A thing","price":{"amount":1000,"currency":"USD"}}
                """);
        SERVER.put("/v1/inventory/sku_" + name, "{\"available\":10}");
        SERVER.put("/v1/carts/cart_" + name, """
                {"currency":"USD","items":[{"sku":"sku_%s","quantity":2}]}
                """.formatted(name));
        return SERVER.post("/v1/checkout", """
                {"order_id":"ord_%1$s","cart_id":"cart_%1$s","payment_method_id":"%2$s","shipping_address":
                 {"name":"Alice","address1":"1 Main St","city":"Anytown","state":"CA","zip":"90210","country":"US"}}
                """.formatted(name, method), "Idempotency-Key", "chk_" + name);
    }

    private static List<String> found(String query) {
        var ids = new ArrayList<String>();
        SERVER.get("/v1/ops/sagas?limit=200&" + query)
                .json()
                .path("sagas")
                .forEach(saga -> ids.add(saga.path("saga_id").asString()));
        return ids;
    }

    private static int deedOf(String sagaId) {
        return SERVER.get("/v1/ops/audit-trail?saga_id=" + sagaId)
                .json()
                .at("/deeds/0/id")
                .asInt();
    }

    private static String statusOf(String sagaId) {
        return SERVER.get("/v1/checkout/" + sagaId, "Prefer", "wait=5")
                .json()
                .path("status")
                .asString();
    }
}
