package dev.holdfast.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.bench.crash.Door.Reply;
import dev.holdfast.platform.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What customers are told must agree with itself.
class ToldTest {

    private final Ledger ledger = new Ledger();
    private final Told told = new Told(
            ledger,
            "key-1",
            Map.of("cart_id", "c", "order_id", "o"),
            List.of(new Basket(Map.of(), 0)),
            Set.of("cart-changed"));

    @Test
    void accepted_then_completed_then_asked_again_is_no_contradiction() {
        hear(202, "s", "o", "processing");
        hear(200, "s", "o", "completed");
        hear(200, "s", "o", "completed");
        assertThat(ledger.findings()).isEmpty();
        assertThat(told.completed()).isTrue();
    }

    @Test
    void a_second_saga_under_the_key_is_one() {
        hear(202, "s", "o", "processing");
        hear(202, "another", "o", "processing");
        assertBroken(Rule.KEY);
    }

    @Test
    void another_order_id_than_asked_for_is_one() {
        hear(202, "s", "another", "processing");
        assertBroken(Rule.SAGA);
    }

    @Test
    void an_outcome_that_changes_is_one() {
        hear(200, "s", "o", "completed");
        hear(200, "s", "o", "failed");
        assertBroken(Rule.OUTCOME);
    }

    @Test
    void an_end_that_goes_on_is_one() {
        hear(200, "s", "o", "completed");
        hear(200, "s", "o", "processing");
        assertBroken(Rule.OUTCOME);
    }

    @Test
    void the_first_answer_sent_again_after_the_end_is_none() {
        hear(202, "s", "o", "processing");
        hear(200, "s", "o", "failed");
        hear(202, "s", "o", "processing");
        assertThat(ledger.findings()).isEmpty();
        assertThat(told.ended()).isTrue();
    }

    @Test
    void an_accepted_checkout_that_is_unknown_or_refused_later_is_one() {
        hear(202, "s", "o", "processing");
        told.hear(problem(404, "not-found"));
        told.hear(problem(409, "cart-changed"));
        assertBroken(Rule.REFUSED, Rule.SAGA, Rule.KEY);
    }

    @Test
    void a_refusal_without_a_reason_is_one() {
        told.hear(problem(422, "idempotency-key-reused"));
        told.hear(problem(409, "cart-empty"));
        told.hear(problem(409, "cart-changed"));
        assertBroken(Rule.REFUSED, Rule.REFUSED);
    }

    @Test
    void a_second_click_refused_at_a_try_that_was_sent_after_the_first_was_accepted_is_one() {
        hear(202, "s", "o", "processing");
        told.hear(sent(System.nanoTime(), problem(409, "cart-changed")));
        assertBroken(Rule.KEY);
    }

    @Test
    void a_click_answered_earlier_and_heard_later_is_none() {
        var sent = System.nanoTime();
        hear(200, "s", "o", "completed");
        told.hear(sent(sent, reply(202, "s", "o", "processing")));
        told.hear(sent(sent, problem(409, "cart-changed")));
        assertThat(ledger.findings()).isEmpty();
        assertThat(told.completed()).isTrue();
    }

    @Test
    void a_refusal_does_not_use_the_key_up() {
        told.hear(problem(409, "cart-changed"));
        hear(202, "s", "o", "processing");
        assertThat(ledger.findings()).isEmpty();
        assertThat(told.accepted()).isTrue();
    }

    private void hear(int status, String sagaId, String orderId, String state) {
        told.hear(reply(status, sagaId, orderId, state));
    }

    private void assertBroken(Rule... rules) {
        assertThat(ledger.findings())
                .extracting(Finding::invariant)
                .containsExactly(List.of(rules).stream().map(Rule::words).toArray(String[]::new));
    }

    private static Reply reply(int status, String sagaId, String orderId, String state) {
        return new Reply(
                status,
                Json.mapper().valueToTree(Map.of("saga_id", sagaId, "order_id", orderId, "status", state)),
                System.nanoTime());
    }

    private static Reply problem(int status, String slug) {
        return new Reply(
                status,
                Json.mapper().valueToTree(Map.of("type", "https://holdfast.dev/problems/" + slug)),
                System.nanoTime());
    }

    private static Reply sent(long nanos, Reply reply) {
        return new Reply(reply.status(), reply.body(), nanos);
    }
}
