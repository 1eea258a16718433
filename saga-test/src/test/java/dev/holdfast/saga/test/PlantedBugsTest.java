package dev.holdfast.saga.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.saga.SagaDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The explorer is worth what it finds: each of these bugs is found within two faults, and its story is printed to
/// `target/stories`.
class PlantedBugsTest {

    private static final Path STORIES = Path.of("target", "stories");

    /// @param breaks what must be found broken
    record Bug(String name, Explorer<?, String> explorer, String breaks) {

        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void a_planted_bug_is_found_within_two_faults(Bug bug) throws IOException {
        var report = bug.explorer().stopAfter(1).explore(2);

        assertThat(report.failures()).as(report.toString()).hasSize(1);
        var failure = report.failures().getFirst();
        Files.createDirectories(STORIES);
        Files.writeString(STORIES.resolve(bug.name().replace(' ', '-') + ".txt"), report + "\n\n" + failure);
        assertThat(failure.broken()).anyMatch(broken -> broken.startsWith(bug.breaks()));
        assertThat(bug.explorer().replay(failure.schedule()).story()).isEqualTo(failure.story());
    }

    static Stream<Bug> bugs() {
        return Stream.of(engines(), stocks(), others()).flatMap(Function.identity());
    }

    private static Stream<Bug> engines() {
        return Stream.of(
                engine(
                        "the undo of an unclear step is skipped",
                        new PlantedEngines.SkipsTheUndoOfAnUnclearStep(),
                        "a failed order"),
                engine(
                        "a later failure clears an unclear step",
                        new PlantedEngines.TakesALaterFailureForTheWholeTruth(),
                        "a failed order"),
                engine(
                        "the step that was next is not in doubt",
                        new PlantedEngines.TrustsTheLogOfADeadNode(),
                        "a failed order"),
                engine("a key per attempt", new PlantedEngines.MakesAKeyPerAttempt(), ""),
                engine(
                        "rows are acted upon before they are durable",
                        new PlantedEngines.ActsBeforeItsRowsAreDurable(),
                        ""),
                engine("a replaced node is not fenced", new PlantedEngines.DoesNotFence(), "a node that was replaced"),
                engine(
                        "the fence is a plain read",
                        new PlantedEngines.FencesByAPlainRead(),
                        "a node that was replaced"),
                engine(
                        "rows are added wherever the log ends",
                        new PlantedEngines.DoesNotAskWhereTheLogEnds(),
                        "a node that was replaced"),
                engine(
                        "a step is repeated after the turn",
                        new PlantedEngines.RepeatsAStepAfterTheTurn(),
                        "a saga that turned back"));
    }

    private static Stream<Bug> stocks() {
        return Stream.of(
                stock("an undo leaves no tombstone", PlantedParticipants.StockWithoutTombstones::new, "a failed order"),
                stock(
                        "the effect comes before the claim",
                        PlantedParticipants.StockThatTakesBeforeItClaims::new,
                        "stock adds up"),
                stock("a duplicate has an effect of its own", PlantedParticipants.StockThatHoldsPerCall::new, ""),
                stock("a pinned hold expires", PlantedParticipants.StockWhosePinsExpire::new, ""),
                stock(
                        "tombstones are forgotten too early",
                        PlantedParticipants.StockThatForgetsItsTombstones::new,
                        "a failed order"));
    }

    private static Stream<Bug> others() {
        return Stream.of(
                payment(
                        "an open provider call is taken for a no",
                        PlantedParticipants.PaymentThatTakesNoAnswerForNo::new,
                        "a failed order"),
                payment(
                        "a refusal is not remembered",
                        PlantedParticipants.PaymentThatForgetsItsDeclines::new,
                        "a failed order"),
                payment(
                        "a call refused as too late is not remembered",
                        PlantedParticipants.PaymentThatForgetsWhatWasLate::new,
                        "a failed order"),
                payment(
                        "an undo refunds twice",
                        PlantedParticipants.PaymentThatRefundsTwice::new,
                        "nobody is charged twice"),
                new Bug(
                        "a cancellation does not ask the saga",
                        ModelShop.exploring(
                                        PlantedParticipants.ShopThatCancelsWithoutAsking::new, ModelShop::definition)
                                .meanwhile(
                                        "the customer cancels",
                                        PlantedParticipants.ShopThatCancelsWithoutAsking::cancel),
                        ""),
                saga("the undo of a step is forgotten", PlantedSagas::forgetsToVoid, "a failed order"),
                saga(
                        "the money is taken before the hold is pinned",
                        PlantedSagas::paysBeforeItPins,
                        "the saga comes to an end"));
    }

    private static Bug engine(String name, Plant plant, String breaks) {
        return new Bug(name, ModelShop.explorer().planting(plant), breaks);
    }

    private static Bug stock(String name, Function<Circumstances, ModelStock> stock, String breaks) {
        return new Bug(
                name,
                ModelShop.exploring(
                        circumstances -> new ModelShop(stock.apply(circumstances), new ModelPayment(circumstances)),
                        ModelShop::definition),
                breaks);
    }

    private static Bug payment(String name, Function<Circumstances, ModelPayment> payment, String breaks) {
        return new Bug(
                name,
                ModelShop.exploring(
                        circumstances -> new ModelShop(new ModelStock(circumstances), payment.apply(circumstances)),
                        ModelShop::definition),
                breaks);
    }

    private static Bug saga(String name, Function<ModelShop, SagaDefinition<String>> saga, String breaks) {
        return new Bug(name, ModelShop.exploring(ModelShop::new, saga), breaks);
    }
}
