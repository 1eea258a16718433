package dev.holdfast.system;

import static dev.holdfast.system.Exchange.expect;
import static dev.holdfast.system.Exchange.expectInvalid;
import static dev.holdfast.system.Exchange.expectProblem;

import dev.holdfast.system.Exchange.Expected;
import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import org.junit.jupiter.api.Test;

/// The exchanges of `/v1/payments` and `/api/payment`, word by word.
class PaymentContractTest {

    private final TestServer server = TestServer.shared();

    @Test
    void money_is_authorized_captured_and_refunded() {
        var authorized = authorize("ct_pay_1", "pm_card_visa_882");
        expect(authorized, 200, """
                {"payment_id":"pay_<uuid>","status":"authorized","provider":"simulated","provider_id":"ch_<uuid>"}
                """);
        expect(authorize("ct_pay_1", "pm_card_visa_882"), 200, Exchange.masked(authorized.body()));
        var path = "/v1/payments/" + authorized.json().path("payment_id").asString();
        expect(server.post(path + "/capture", "{}", "Idempotency-Key", "ct_pay_1_cap"), 200, """
                {"payment_id":"pay_<uuid>","status":"completed","captured":{"amount":19998,"currency":"USD"},
                 "provider_id":"ch_<uuid>"}
                """);
        expect(
                server.post(
                        path + "/refund",
                        "{\"amount\":{\"amount\":998,\"currency\":\"USD\"},\"reason\":\"late\"}",
                        "Idempotency-Key",
                        "ct_pay_1_ref"),
                200,
                """
                {"refund_id":"op_<uuid>","payment_id":"pay_<uuid>","status":"succeeded",
                 "amount":{"amount":998,"currency":"USD"}}
                """);
        expect(server.get(path), 200, """
                {"payment_id":"pay_<uuid>","order_id":"ct_pay_1","status":"completed",
                 "amount":{"amount":19998,"currency":"USD"},"captured":{"amount":19998,"currency":"USD"},
                 "refunded":{"amount":998,"currency":"USD"},"provider":"simulated","provider_id":"ch_<uuid>",
                 "created_at":"<time>","completed_at":"<time>"}
                """);
    }

    @Test
    void an_authorization_is_voided() {
        var path = "/v1/payments/"
                + authorize("ct_pay_2", "pm_card_visa")
                        .json()
                        .path("payment_id")
                        .asString();
        var voided = "{\"payment_id\":\"pay_<uuid>\",\"status\":\"voided\"}";
        expect(server.post(path + "/void", null, "Idempotency-Key", "ct_pay_2_void"), 200, voided);
        expect(server.post(path + "/void", null, "Idempotency-Key", "ct_pay_2_void"), 200, voided);
    }

    @Test
    void a_declined_card_is_told_with_its_code_as_often_as_asked() {
        var declined = new Expected(
                402,
                "payment-declined",
                "Payment declined",
                "the payment of order 'ct_pay_3' was declined (card_declined);"
                        + " nothing was charged, another payment method may work",
                "/v1/payments/authorize");
        expectProblem(authorize("ct_pay_3", "pm_card_declined"), declined, "\"decline_code\":\"card_declined\"");
        expectProblem(authorize("ct_pay_3", "pm_card_declined"), declined, "\"decline_code\":\"card_declined\"");
    }

    @Test
    void every_write_needs_a_key() {
        for (var path : new String[] {
            "/v1/payments/authorize",
            "/v1/payments/pay_x/capture",
            "/v1/payments/pay_x/void",
            "/v1/payments/pay_x/refund"
        }) {
            var body = path.endsWith("authorize") ? body("ct_pay_4", "pm_card_visa") : "{}";
            expectProblem(
                    server.post(path, body),
                    new Expected(
                            400,
                            "idempotency-key-missing",
                            "Idempotency-Key missing",
                            "this request needs an Idempotency-Key header; send one of your own making, the same on every retry",
                            path),
                    "");
        }
    }

    @Test
    void a_key_with_another_body_is_refused() {
        authorize("ct_pay_5", "pm_card_visa");
        expectProblem(
                server.post(
                        "/v1/payments/authorize",
                        body("ct_pay_5b", "pm_card_visa"),
                        "Idempotency-Key",
                        "ct_pay_5_auth"),
                new Expected(
                        422,
                        "idempotency-key-reused",
                        "Idempotency-Key reused",
                        "this Idempotency-Key came before with another request; send that body again, or take a new key",
                        "/v1/payments/authorize"),
                "");
    }

    @Test
    void the_older_contract_charges_and_refunds() {
        var charge = "{\"order_id\":\"ct_ORD-987654\",\"amount\":199.98,\"currency\":\"USD\","
                + "\"payment_method_token\":\"tok_abcdef12345\"}";
        var charged = server.post("/api/payment/charge", charge);
        var answer =
                "{\"charge_id\":\"pay_<uuid>\",\"order_id\":\"ct_ORD-987654\",\"status\":\"succeeded\",\"amount\":199.98}";
        expect(charged, 200, answer);
        expect(server.post("/api/payment/charge", charge), 200, answer);
        var chargeId = charged.json().path("charge_id").asString();
        expect(server.post("/api/payment/refund", "{\"charge_id\":\"" + chargeId + "\",\"amount\":99.98}"), 200, """
                {"refund_id":"op_<uuid>","charge_id":"pay_<uuid>","status":"succeeded","amount":99.98}
                """);
        expect(
                server.post(
                        "/api/payment/refund", "{\"charge_id\":\"" + chargeId + "\"}", "Idempotency-Key", "ct-rest"),
                200,
                """
                {"refund_id":"op_<uuid>","charge_id":"pay_<uuid>","status":"succeeded","amount":100.00}
                """);
        expectInvalid(
                server.post("/api/payment/charge", charge.replace("199.98", "199.981")),
                "/api/payment/charge",
                "#/amount",
                "199.981 USD has more than 2 decimals or too many digits");
        expectInvalid(
                server.post(
                        "/api/payment/charge",
                        charge.replace("199.98,\"currency\":\"USD\"", "1.5,\"currency\":\"JPY\"")),
                "/api/payment/charge",
                "#/amount",
                "1.5 JPY has more than 0 decimals or too many digits");
    }

    private Answer authorize(String orderId, String method) {
        return server.post("/v1/payments/authorize", body(orderId, method), "Idempotency-Key", orderId + "_auth");
    }

    private static String body(String orderId, String method) {
        return """
                {"order_id":"%s","amount":{"amount":19998,"currency":"USD"},"payment_method_ids":["%s"]}
                """.formatted(orderId, method);
    }
}
