package dev.holdfast.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.groupcommit.UnclearCommitException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.saga.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallsTest {

    private static final Exception CAUSE = new Exception("why");

    @Test
    void what_surely_had_no_effect_is_failed_and_clears_nothing() {
        List.of(
                        new OverloadedException("lane", "full"),
                        new NotCommittedException("lane", "withdrawn", CAUSE),
                        new NoEffectException("refused", CAUSE),
                        new RejectedRequestException("lane", "22003", CAUSE))
                .forEach(fault -> assertThat(outcomeOf(fault)).isInstanceOf(Outcome.Failed.class));
    }

    @Test
    void what_may_have_had_an_effect_is_unclear() {
        List.of(new UnclearCommitException("lane", "no answer", CAUSE), new EffectUnclearException("no answer", CAUSE))
                .forEach(fault -> assertThat(outcomeOf(fault)).isInstanceOf(Outcome.Unclear.class));
    }

    /// An attempt of the release before, whose request was written otherwise, may have had its effect: a refusal
    /// would clear the step of it.
    @Test
    void a_steps_own_key_with_another_request_leaves_the_step_in_doubt() {
        assertThat(outcomeOf(new KeyReusedException("k"))).isInstanceOf(Outcome.Unclear.class);
    }

    /// A definite no would clear the step of what an earlier attempt, which may still be in time, is about to do.
    @Test
    void what_came_too_late_had_no_effect_and_says_nothing_of_other_attempts() {
        assertThat(Calls.refusal("too-late", "after ten")).isEqualTo(new Outcome.Failed("after ten"));
        assertThat(Calls.refusal("out-of-stock", "none left"))
                .isEqualTo(new Outcome.Refused("out-of-stock", "none left"));
    }

    private static Outcome outcomeOf(RuntimeException fault) {
        return Calls.outcomeOf(() -> {
            throw fault;
        });
    }
}
