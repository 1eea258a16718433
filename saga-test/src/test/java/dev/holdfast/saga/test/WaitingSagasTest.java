package dev.holdfast.saga.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.StepCall;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Cancellation, signals, deadlines and steps side by side, through every pair of faults.
class WaitingSagasTest {

    @Test
    void a_cancellation_at_any_moment_turns_the_saga_back_or_leaves_it_alone() {
        var report =
                ModelShop.explorer().signal("$cancel", "the customer wants out").explore(2);

        report.assertNothingBroken();
        assertThat(report.schedules()).isGreaterThan(10_000);
    }

    @Test
    void steps_side_by_side_come_through_in_any_order() {
        var report = ModelShop.exploring(ModelShop::new, WaitingSagasTest::sideBySide)
                .explore(2);

        report.assertNothingBroken();
        assertThat(report.schedules()).isGreaterThan(10_000);
    }

    @Test
    void a_step_that_waits_for_an_answer_from_outside_is_taken_back_when_none_comes() {
        var report = ModelShop.exploring(BankShop::new, BankShop::paidByTransfer)
                .signal("transferred", "100")
                .invariant("money that came is kept or sent back", BankShop::booked)
                .explore(2);

        report.assertNothingBroken();
        assertThat(report.outcomes()).isGreaterThan(50);
    }

    @Test
    void a_saga_whose_time_is_over_turns_back() {
        var report =
                ModelShop.exploring(ModelShop::new, WaitingSagasTest::inTime).explore(2);

        report.assertNothingBroken();
    }

    private static SagaDefinition<String> sideBySide(ModelShop shop) {
        return ModelShop.builder()
                .parallel(
                        "preparing",
                        group -> group.step(
                                        "reserve",
                                        step -> ModelShop.says(step, "stock", shop.stock::hold, 1)
                                                .undoneBy((_, call) -> shop.stock.release(call))
                                                .compensatedAt("STOCK"))
                                .step(
                                        "authorize",
                                        step -> ModelShop.says(step, "payment", shop.payment::authorize, 1)
                                                .undoneBy((_, call) -> shop.payment.undo(call))
                                                .compensatedAt("PAYMENT"))
                                .step(
                                        "label",
                                        step -> ModelShop.says(step, "shipping", shop::label, 0)
                                                .undoneBy((_, call) -> shop.cancelLabel(call))
                                                .compensatedAt("SHIPPING")))
                .step(
                        "pin",
                        step -> ModelShop.says(step, "stock", shop.stock::pin, 0)
                                .undoneBy((_, call) -> shop.stock.release(call))
                                .compensatedAt("STOCK"))
                .pivot("capture", step -> ModelShop.says(step, "payment", shop.payment::capture, 1))
                .retriable("commit", step -> ModelShop.says(step, "stock", shop.stock::commit, 0))
                .build();
    }

    private static SagaDefinition<String> inTime(ModelShop shop) {
        return ModelShop.builder()
                .deadline(Duration.ofMinutes(30))
                .step(
                        "reserve",
                        step -> ModelShop.says(step, "stock", shop.stock::hold, 1)
                                .undoneBy((_, call) -> shop.stock.release(call))
                                .compensatedAt("STOCK"))
                .step(
                        "authorize",
                        step -> ModelShop.says(step, "payment", shop.payment::authorize, 1)
                                .undoneBy((_, call) -> shop.payment.undo(call))
                                .deadline(Duration.ofSeconds(5))
                                .compensatedAt("PAYMENT"))
                .step(
                        "label",
                        step -> ModelShop.says(step, "shipping", shop::label, 0)
                                .undoneBy((_, call) -> shop.cancelLabel(call))
                                .compensatedAt("SHIPPING"))
                .step(
                        "pin",
                        step -> ModelShop.says(step, "stock", shop.stock::pin, 0)
                                .undoneBy((_, call) -> shop.stock.release(call))
                                .compensatedAt("STOCK"))
                .pivot("capture", step -> ModelShop.says(step, "payment", shop.payment::capture, 1))
                .retriable("commit", step -> ModelShop.says(step, "stock", shop.stock::commit, 0))
                .build();
    }

    /// A shop whose customers pay by bank transfer: the money comes by itself, or not.
    private static final class BankShop extends ModelShop {

        private boolean sentBack;
        private int kept;

        BankShop(Circumstances circumstances) {
            super(circumstances);
        }

        SagaDefinition<String> paidByTransfer() {
            return builder()
                    .step(
                            "reserve",
                            step -> says(step, "stock", stock::hold, 1)
                                    .undoneBy((_, call) -> stock.release(call))
                                    .compensatedAt("STOCK"))
                    .step(
                            "authorize",
                            step -> says(step, "payment", payment::authorize, 1)
                                    .undoneBy((_, call) -> payment.undo(call))
                                    .compensatedAt("PAYMENT"))
                    .step(
                            "transfer",
                            step -> says(step, "bank", this::transfer, 0)
                                    .undoneBy((_, _) -> sendBack())
                                    .compensatedAt("BANK"))
                    .step(
                            "label",
                            step -> says(step, "shipping", this::label, 0)
                                    .undoneBy((_, call) -> cancelLabel(call))
                                    .compensatedAt("SHIPPING"))
                    .step(
                            "pin",
                            step -> says(step, "stock", stock::pin, 0)
                                    .undoneBy((_, call) -> stock.release(call))
                                    .compensatedAt("STOCK"))
                    .pivot("capture", step -> says(step, "payment", payment::capture, 1))
                    .retriable("commit", step -> says(step, "stock", stock::commit, 0))
                    .build();
        }

        private Outcome transfer(StepCall call) {
            var came = call.signals().get("transferred");
            if (came == null) {
                return new Outcome.Waiting(
                        "transferred", stock.circumstances.clock().instant().plus(Duration.ofMinutes(3)));
            }
            if (sentBack) {
                return new Outcome.Refused("sent-back", "it went back to the customer");
            }
            kept = Integer.parseInt(came);
            return Outcome.Done.done();
        }

        private Outcome sendBack() {
            sentBack = true;
            kept = 0;
            return Outcome.Done.done();
        }

        private Optional<String> booked(End end) {
            var expected = end.completed() ? 100 : 0;
            return kept == expected ? Optional.empty() : Optional.of(kept + " of the customer's money is kept");
        }
    }
}
