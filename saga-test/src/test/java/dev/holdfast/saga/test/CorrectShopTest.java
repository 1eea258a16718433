package dev.holdfast.saga.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A correct saga over correct participants on a correct engine comes through everything.
class CorrectShopTest {

    @Test
    void every_single_fault_and_every_pair_leaves_everything_in_order() {
        var report = ModelShop.explorer().explore(2);

        System.out.println(report);
        report.assertNothingBroken();
        assertThat(report.byFaults().get(1)).isGreaterThan(100);
        assertThat(report.outcomes()).isGreaterThan(50);
    }
}
