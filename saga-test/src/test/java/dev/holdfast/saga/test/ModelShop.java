package dev.holdfast.saga.test;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.PayloadCodec;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.StepSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A small shop whose participants are models: stock, payment, labels. What must hold of it stands here.
class ModelShop {

    final ModelStock stock;
    final ModelPayment payment;
    /// Live or not, by the key it was made under.
    final Map<String, Boolean> labels = new LinkedHashMap<>();

    private int closings;

    ModelShop(Circumstances circumstances) {
        this(new ModelStock(circumstances), new ModelPayment(circumstances));
    }

    ModelShop(ModelStock stock, ModelPayment payment) {
        this.stock = stock;
        this.payment = payment;
    }

    /// Everything that must hold, and the correct shop; tests replace what they break.
    static Explorer<ModelShop, String> explorer() {
        return exploring(ModelShop::new, ModelShop::definition);
    }

    static <W extends ModelShop> Explorer<W, String> exploring(
            java.util.function.Function<Circumstances, W> shop,
            java.util.function.Function<W, SagaDefinition<String>> saga) {
        return Explorer.<W>of(shop)
                .saga(saga, _ -> "one piece")
                .afterwards(world -> world.stock.sweep())
                .refusing(ModelShop::refuse)
                .invariant("stock adds up", ModelShop::stockAddsUp)
                .invariant("nobody is charged twice", ModelShop::chargedOnce)
                .invariant("a completed order is sold, paid and labelled", ModelShop::completed)
                .invariant("a failed order leaves nothing behind", ModelShop::failed);
    }

    SagaDefinition<String> definition() {
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
                .closing((_, _, _) -> closings++)
                .build();
    }

    static SagaDefinition.Builder<String> builder() {
        return SagaDefinition.named("shop").version(1).carrying(PayloadCodec.text());
    }

    interface Participant {
        Outcome answer(StepCall call);
    }

    static StepSpec<String> says(StepSpec<String> step, String service, Participant participant, int retries) {
        return step.owner("shop-platform", service)
                .customerSees("BUYING")
                .succeedsWhen("it is done")
                .failsWhen("it is not possible")
                .attempts(retries)
                .does((_, call) -> participant.answer(call));
    }

    Outcome label(StepCall call) {
        var live = labels.putIfAbsent(call.key(), true);
        return live == null || live ? Outcome.Done.done() : new Outcome.Refused("cancelled", "it was cancelled before");
    }

    Outcome cancelLabel(StepCall call) {
        labels.put(call.doKey(), false);
        return Outcome.Done.done();
    }

    boolean refuse(String step) {
        switch (step) {
            case "reserve" -> stock.sellOut();
            case "authorize" -> payment.declines = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    private Optional<String> stockAddsUp(End end) {
        var held = stock.count(ModelStock.State.HELD) + stock.count(ModelStock.State.PINNED);
        var sold = stock.count(ModelStock.State.SOLD);
        return stock.available + held + sold + stock.elsewhere == ModelStock.PIECES
                ? Optional.empty()
                : Optional.of("%d available, %d held, %d sold here of %d"
                        .formatted(stock.available, held, sold, ModelStock.PIECES));
    }

    private Optional<String> chargedOnce(End end) {
        for (var charge : payment.charges.values()) {
            if (charge.refunded > charge.captured) {
                return Optional.of(charge.refunded + " came back of " + charge.captured);
            }
        }
        var paid = payment.charges.values().stream()
                .filter(charge -> charge.captured > 0 || charge.live())
                .count();
        return paid <= 1 ? Optional.empty() : Optional.of(paid + " charges on one card");
    }

    private Optional<String> completed(End end) {
        if (!end.completed()) {
            return Optional.empty();
        }
        var paid = payment.charges.values().stream()
                .mapToInt(charge -> charge.captured - charge.refunded)
                .sum();
        var live = labels.values().stream().filter(Boolean::booleanValue).count();
        var sold = stock.count(ModelStock.State.SOLD);
        return sold == 1 && paid == ModelPayment.PRICE && live == 1
                ? Optional.empty()
                : Optional.of("%d pieces sold, %d paid, %d labels".formatted(sold, paid, live));
    }

    private Optional<String> failed(End end) {
        if (!end.failed()) {
            return Optional.empty();
        }
        var kept = payment.charges.values().stream()
                .filter(charge -> charge.live() || charge.captured > charge.refunded)
                .count();
        var live = labels.values().stream().filter(Boolean::booleanValue).count();
        var held = stock.holds.values().stream()
                .filter(state -> state == ModelStock.State.HELD
                        || state == ModelStock.State.PINNED
                        || state == ModelStock.State.SOLD)
                .count();
        return kept + live + held == 0
                ? Optional.empty()
                : Optional.of("%d charges, %d labels, %d pieces are left".formatted(kept, live, held));
    }
}
