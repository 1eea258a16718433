package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static dev.holdfast.payment.PaymentFixture.capture;
import static dev.holdfast.payment.PaymentFixture.refund;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.Captured;
import dev.holdfast.payment.PaymentApi.Refunded;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentApi.Undone;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.NoEffectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random operations on a few orders, over a provider that loses requests and replies, against a model that is
/// plain arithmetic. Every call is repeated under its key until it is answered, on one node or the other.
class PaymentModelTest {

    private static final int STEPS = 150;

    private final PaymentFixture fixture = new PaymentFixture();

    /// What an order's money should be.
    private static final class Model {
        String paymentId;
        long authorized;
        long captured;
        long refunded;
        long released;
        boolean undone;

        long free() {
            return authorized - captured - released;
        }

        long held() {
            return authorized - released - refunded;
        }
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void random_operations_agree_with_the_model_and_both_books_agree(long seed) {
        var random = new Random(seed);
        var bank = new OutsideProvider("bank", fixture.simulated());
        var network = new Random(seed + 1000);
        bank.before((_, _) -> {
            if (network.nextInt(8) == 0) {
                throw new NoEffectException("lost on the way", null);
            }
        });
        bank.after((_, _) -> {
            if (network.nextInt(8) == 0) {
                throw new EffectUnclearException("lost on the way back", null);
            }
        });
        var nodes = List.of(fixture.node(bank).payments(), fixture.node(bank).payments());
        var models = new ArrayList<Model>();
        for (int i = 0; i < 5; i++) {
            models.add(new Model());
        }
        for (int step = 0; step < STEPS; step++) {
            int i = random.nextInt(models.size());
            var node = nodes.get(random.nextInt(2));
            act(random, node, "ord_" + i, "s" + step, models.get(i));
            assertThat(fixture.held("ord_" + i))
                    .as("seed %d, step %d, order %d", seed, step, i)
                    .isEqualTo(models.get(i).held());
        }
        var books = new Books(fixture.database.of("payment"), new Providers(List.of(bank)));
        assertThat(books.checks())
                .as("seed %d", seed)
                .allSatisfy(
                        check -> assertThat(check.broken()).as(check.toString()).isZero());
        assertThat(books.open()).isZero();
        for (var money : books.money("", 100)) {
            var model = models.get(Integer.parseInt(money.orderId().substring(4)));
            assertThat(money.captured().amount()).isEqualTo(model.captured);
            assertThat(money.refunded().amount()).isEqualTo(model.refunded);
            assertThat(money.authorized().amount()).isEqualTo(model.free());
        }
    }

    private static void act(Random random, PaymentApi node, String order, String key, Model model) {
        long cents = 1 + random.nextInt(400);
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                var answer = answered(() -> node.authorize(authorize(order, "auth-" + order, 1000)));
                if (answer instanceof Authorized paid && model.paymentId == null) {
                    model.paymentId = paid.paymentId();
                    model.authorized = 1000;
                }
                assertThat(answer instanceof Refused).isEqualTo(model.undone || voided(model));
            }
            case 3, 4, 5 -> {
                var answer = answered(() -> node.capture(capture(order, key, cents)));
                boolean possible = model.paymentId != null && !model.undone && cents <= model.free() && !closed(model);
                assertThat(answer instanceof Captured).as(answer.toString()).isEqualTo(possible);
                model.captured += possible ? cents : 0;
            }
            case 6, 7 -> {
                if (model.paymentId != null) {
                    var answer = answered(() -> node.refund(refund(model.paymentId, key, cents)));
                    boolean possible = cents <= model.captured - model.refunded;
                    assertThat(answer instanceof Refunded).as(answer.toString()).isEqualTo(possible);
                    model.refunded += possible ? cents : 0;
                }
            }
            case 8 -> cancel(random, node, key, model);
            case 9 -> undo(random, node, order, key, model);
            default -> throw new AssertionError();
        }
    }

    private static void cancel(Random random, PaymentApi node, String key, Model model) {
        if (model.paymentId != null && random.nextInt(4) == 0) {
            var answer = answered(() -> node.cancel(model.paymentId, key));
            if (answer instanceof Undone) {
                model.released += model.free();
            }
        }
    }

    private static void undo(Random random, PaymentApi node, String order, String key, Model model) {
        if (random.nextInt(6) == 0) {
            answered(() -> node.undo(order, "auth-" + order, key));
            model.undone = true;
            model.released += model.free();
            model.refunded = model.captured;
        }
    }

    private static boolean voided(Model model) {
        return model.paymentId != null && model.captured == 0 && model.released == model.authorized;
    }

    private static boolean closed(Model model) {
        return model.free() == 0;
    }

    /// Repeats under the same key until there is an answer.
    private static <T> T answered(Supplier<T> call) {
        for (int attempt = 0; attempt < 200; attempt++) {
            try {
                return call.get();
            } catch (EffectUnclearException | NoEffectException e) {
                // The promise under test: the same key again finds out.
            }
        }
        throw new AssertionError("no answer after 200 repeats");
    }
}
