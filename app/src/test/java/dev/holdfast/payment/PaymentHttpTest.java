package dev.holdfast.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.http.MediaType.APPLICATION_JSON;

import dev.holdfast.platform.Json;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

class PaymentHttpTest {

    private final PaymentFixture fixture = new PaymentFixture();
    private final PaymentApi payments = fixture.node().payments();
    private final MockMvcTester http = MockMvcTester.of(
            List.of(new PaymentController(payments), new ChargeController(payments)),
            builder -> builder.setControllerAdvice(new Problems())
                    .setMessageConverters(new JacksonJsonHttpMessageConverter(Json.mapper()))
                    .build());

    /// What the door makes of our exceptions, as far as these tests look.
    @RestControllerAdvice
    static class Problems {
        @ExceptionHandler
        ResponseEntity<Map<String, Object>> problem(ProblemException e) {
            var body = new LinkedHashMap<String, Object>(e.extensions());
            body.put("slug", e.slug());
            return ResponseEntity.status(e.status()).body(body);
        }

        @ExceptionHandler
        ResponseEntity<Map<String, Object>> reused(KeyReusedException e) {
            return ResponseEntity.status(422).body(Map.of("key", e.key()));
        }
    }

    private record Answer(int status, Map<?, ?> body) {}

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void a_charge_answers_as_the_older_contract_says() {
        var body = """
                {"order_id":"ORD-987654","amount":199.98,"currency":"USD","payment_method_token":"tok_abcdef12345"}""";

        var answer = post("/api/payment/charge", null, body);
        var again = post("/api/payment/charge", null, body);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("order_id")).isEqualTo("ORD-987654");
        assertThat(answer.body().get("status")).isEqualTo("succeeded");
        assertThat(answer.body().get("amount")).isEqualTo(199.98);
        assertThat(answer.body().keySet()).isEqualTo(Set.of("charge_id", "order_id", "status", "amount"));
        assertThat(again).isEqualTo(answer);
        assertThat(fixture.status("payment-ORD-987654")).isEqualTo("completed");
    }

    @Test
    void a_refund_answers_as_the_older_contract_says() {
        var charged = post("/api/payment/charge", null, """
                {"order_id":"ORD-1","amount":10.00,"currency":"USD","payment_method_token":"tok_1"}""");

        var answer =
                post("/api/payment/refund", null, """
                {"charge_id":"%s","amount":2.50}""".formatted(charged.body().get("charge_id")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("charge_id")).isEqualTo(charged.body().get("charge_id"));
        assertThat(answer.body().get("status")).isEqualTo("succeeded");
        assertThat(answer.body().get("amount")).isEqualTo(2.5);
        assertThat(answer.body().get("refund_id")).isNotNull();
    }

    @Test
    void a_payment_is_authorized_captured_in_part_voided_and_refunded() {
        var authorized = post("/v1/payments/authorize", "k1", """
                {"order_id":"ord_1","amount":{"amount":19998,"currency":"USD"},"payment_method_ids":["pm_card_visa_882"]}""");
        var id = authorized.body().get("payment_id");

        assertThat(authorized.status()).isEqualTo(200);
        assertThat(authorized.body().get("status")).isEqualTo("authorized");
        assertThat(authorized.body().get("provider")).isEqualTo("simulated");
        assertThat(authorized.body().get("provider_id")).isNotNull();

        var captured = post("/v1/payments/" + id + "/capture", "\"k2\"", """
                {"amount":{"amount":10000,"currency":"USD"}}""");
        assertThat(captured.status()).isEqualTo(200);
        assertThat(captured.body().get("captured")).isEqualTo(Map.of("amount", 10000, "currency", "USD"));

        var voided = post("/v1/payments/" + id + "/void", "k3", null);
        assertThat(voided.status()).isEqualTo(200);

        var refunded = post("/v1/payments/" + id + "/refund", "k4", """
                {"reason":"returned"}""");
        assertThat(refunded.status()).isEqualTo(200);
        assertThat(refunded.body().get("amount")).isEqualTo(Map.of("amount", 10000, "currency", "USD"));

        var view = http.get().uri("/v1/payments/" + id).exchange();
        assertThat(view).bodyJson().extractingPath("$.status").isEqualTo("refunded");
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void a_decline_is_402_with_its_code() {
        var answer = post("/v1/payments/authorize", "k1", """
                {"order_id":"ord_1","amount":{"amount":1,"currency":"USD"},"payment_method_ids":["pm_card_declined"]}""");

        assertThat(answer.status()).isEqualTo(402);
        assertThat(answer.body().get("slug")).isEqualTo("payment-declined");
        assertThat(answer.body().get("decline_code")).isEqualTo("card_declined");
    }

    @Test
    void a_write_without_a_key_is_refused() {
        var body = """
                {"order_id":"ord_1","amount":{"amount":1,"currency":"USD"},"payment_method_ids":["pm_1"]}""";

        assertThat(post("/v1/payments/authorize", null, body).status()).isEqualTo(400);
        assertThat(post("/v1/payments/pay_1/capture", null, "{}").status()).isEqualTo(400);
        assertThat(post("/v1/payments/pay_1/void", null, null).status()).isEqualTo(400);
        assertThat(post("/v1/payments/pay_1/refund", null, "{}").status()).isEqualTo(400);
    }

    @Test
    void another_body_under_the_key_is_422() {
        var body = """
                {"order_id":"ORD-1","amount":%s,"currency":"USD","payment_method_token":"tok_1"}""";
        post("/api/payment/charge", null, body.formatted("1.00"));

        assertThat(post("/api/payment/charge", null, body.formatted("2.00")).status())
                .isEqualTo(422);
    }

    @Test
    void bad_amounts_are_refused_before_anything_is_recorded() {
        for (var amount : new String[] {"0", "-1", "1.001", "1e400", "1e-400", "99999999999999999999", "null"}) {
            var answer = post("/api/payment/charge", null, """
                    {"order_id":"ORD-1","amount":%s,"currency":"USD","payment_method_token":"tok_1"}""".formatted(amount));
            assertThat(answer.status()).as(amount).isEqualTo(400);
        }
        for (var money :
                new String[] {"{\"amount\":0,\"currency\":\"USD\"}", "{\"amount\":-5,\"currency\":\"USD\"}", "null"}) {
            var answer = post("/v1/payments/authorize", "k1", """
                    {"order_id":"ord_1","amount":%s,"payment_method_ids":["pm_1"]}""".formatted(money));
            assertThat(answer.status()).as(money).isEqualTo(400);
        }
        assertThat(fixture.rows("payment.payments")).isEmpty();
    }

    @Test
    void an_unknown_currency_order_or_method_is_refused_with_its_place() {
        var currency = post("/api/payment/charge", null, """
                {"order_id":"ORD-1","amount":1,"currency":"XYZ","payment_method_token":"tok_1"}""");
        var order = post("/api/payment/charge", null, """
                {"order_id":"","amount":1,"currency":"USD","payment_method_token":"tok_1"}""");
        var methods = post("/v1/payments/authorize", "k1", """
                {"order_id":"ord_1","amount":{"amount":1,"currency":"USD"},"payment_method_ids":["pm_1",""]}""");

        assertThat(currency.body().toString()).contains("#/currency");
        assertThat(order.body().toString()).contains("#/order_id");
        assertThat(methods.body().toString()).contains("#/payment_method_ids/1");
    }

    @Test
    void half_a_surrogate_pair_and_a_refund_without_a_reason_are_refused_with_their_place() {
        var order = post("/v1/payments/authorize", "k1", """
                {"order_id":"ord_\\ud800","amount":{"amount":1,"currency":"USD"},"payment_method_ids":["pm_1"]}""");
        var reason = post("/v1/payments/pay_1/refund", "k2", "{}");

        assertThat(order.status()).isEqualTo(400);
        assertThat(order.body().toString()).contains("#/order_id");
        assertThat(reason.status()).isEqualTo(400);
        assertThat(reason.body().toString()).contains("#/reason");
        assertThat(fixture.rows("payment.payments")).isEmpty();
    }

    @Test
    void what_is_not_there_is_404_and_what_cannot_be_is_409() {
        assertThat(post("/v1/payments/pay_none/capture", "k1", null).status()).isEqualTo(404);
        assertThat(post("/v1/payments/pay_none/void", "k1", null).status()).isEqualTo(404);
        assertThat(post("/api/payment/refund", null, "{\"charge_id\":\"none\"}").status())
                .isEqualTo(404);
        assertThat(http.get().uri("/v1/payments/pay_none").exchange()).hasStatus(404);

        var authorized = post("/v1/payments/authorize", "k1", """
                {"order_id":"ord_1","amount":{"amount":100,"currency":"USD"},"payment_method_ids":["pm_1"]}""");
        var id = authorized.body().get("payment_id");
        var tooMuch = post("/v1/payments/" + id + "/capture", "k2", """
                {"amount":{"amount":101,"currency":"USD"}}""");
        var tooEarly = post("/v1/payments/" + id + "/refund", "k3", "{\"reason\":\"returned\"}");

        assertThat(tooMuch.status()).isEqualTo(409);
        assertThat(tooMuch.body().get("slug")).isEqualTo("amount-too-large");
        assertThat(tooEarly.status()).isEqualTo(409);
        assertThat(tooEarly.body().get("slug")).isEqualTo("not-captured");
    }

    private Answer post(String uri, String key, String body) {
        var request = http.post().uri(uri).contentType(APPLICATION_JSON);
        if (key != null) {
            request = request.header("Idempotency-Key", key);
        }
        if (body != null) {
            request = request.content(body);
        }
        var response = request.exchange().getResponse();
        try {
            return new Answer(response.getStatus(), Json.read(response.getContentAsString(), Map.class));
        } catch (java.io.UnsupportedEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
