package dev.holdfast.saga.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplorerTest {

    @Test
    void no_schedule_is_run_twice() {
        var seen = new ArrayList<String>();
        var tally = new Tally(1, run -> run);
        new Exhaustive(
                        chooser -> {
                            var run = toy(chooser);
                            seen.add(run.schedule().toString());
                            return run;
                        },
                        tally,
                        Integer.MAX_VALUE,
                        0)
                .explore(3);

        assertThat(new HashSet<>(seen)).hasSameSizeAs(seen);
        // Three points, two of which fail in one way and one in two: 1, 4, 5 and 2 schedules.
        assertThat(seen).hasSize(12);
    }

    @Test
    void a_point_that_a_fault_leads_to_is_explored_too() {
        var report = ModelShop.explorer().explore(2);

        assertThat(ModelShop.explorer()
                        .replay("call reserve #1 = NOT_SENT; call reserve #2 = NOT_SENT")
                        .story())
                .anyMatch(line -> line.contains("TURNED_BACK reserve"));
        assertThat(report.byFaults().keySet()).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void a_sample_says_what_it_left_out() {
        var all = ModelShop.explorer().explore(2);
        var some = ModelShop.explorer().sampling(500, 7).explore(2);

        assertThat(some.leftOut()).isGreaterThan(1_000);
        assertThat(some.byFaults().get(1)).isEqualTo(all.byFaults().get(1));
        assertThat(some.byFaults().get(2)).isLessThan(all.byFaults().get(2));
    }

    @Test
    void the_same_seed_draws_the_same_schedules() {
        var once = broken().random(42, 5_000, 6);
        var again = broken().random(42, 5_000, 6);

        assertThat(once.failures()).isNotEmpty();
        assertThat(again.failures()).isEqualTo(once.failures());
        assertThat(again.byFaults()).isEqualTo(once.byFaults());
    }

    @Test
    void of_a_failing_schedule_no_fault_can_be_left_out() {
        var report = broken().stopAfter(1).random(42, 5_000, 8);
        var failure = report.failures().getFirst();
        var schedule = Schedule.parse(failure.schedule());

        for (var point : schedule.deviations().keySet()) {
            var without = broken().replay(schedule.without(point).toString());
            assertThat(without.broken()).as("without %s", point).isEmpty();
        }
    }

    @Test
    void a_failure_is_replayed_exactly() {
        var failure = broken().stopAfter(1).explore(2).failures().getFirst();

        assertThat(broken().replay(failure.schedule())).isEqualTo(failure);
    }

    @Test
    void a_broken_invariant_is_told_with_its_story() {
        var report = broken().stopAfter(1).explore(2);

        assertThatThrownBy(report::assertNothingBroken)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("BROKEN: a failed order leaves nothing behind: ")
                .hasMessageContaining("reserve is called")
                .hasMessageContaining("schedule: ");
    }

    @Test
    void faults_that_are_ruled_out_do_not_happen() {
        var none = Fault.values();

        assertThat(ModelShop.explorer().without(none).explore(1).byFaults().get(1))
                .isEqualTo(1);
    }

    @Test
    void more_faults_than_are_explored_are_drawn_by_chance() {
        var report = ModelShop.explorer().random(1, 3_000, 6);

        report.assertNothingBroken();
        assertThat(report.byFaults().keySet()).contains(3, 4, 5, 6);
    }

    @Test
    void nonsense_is_refused() {
        assertThatThrownBy(() -> ModelShop.explorer().explore(-1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> ModelShop.explorer().random(1, 1, 0)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> ModelShop.explorer().sampling(0, 1)).hasMessageContaining("one schedule");
        assertThatThrownBy(() -> ModelShop.explorer().stopAfter(0)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> ModelShop.explorer().replay("call reserve")).hasMessageContaining("point = option");
        assertThatThrownBy(() -> ModelShop.explorer().invariant("a;b", Invariant.that((_, _) -> true)))
                .hasMessageContaining("a;b");
    }

    private static Explorer<ModelShop, String> broken() {
        return ModelShop.exploring(
                circumstances -> new ModelShop(
                        new PlantedParticipants.StockWithoutTombstones(circumstances), new ModelPayment(circumstances)),
                ModelShop::definition);
    }

    private static Run toy(Choices.Chooser chooser) {
        var choices = new Choices(chooser);
        var well = Option.free("well");
        choices.choose("one", List.of(well, Option.fault("bad")));
        choices.choose("two", List.of(well, Option.fault("bad"), Option.fault("worse")));
        choices.choose("three", List.of(well, Option.fault("bad")));
        return new Run(
                choices.taken(),
                new End("s", dev.holdfast.saga.SagaStatus.COMPLETED, null, List.of()),
                List.of(),
                List.of());
    }
}
