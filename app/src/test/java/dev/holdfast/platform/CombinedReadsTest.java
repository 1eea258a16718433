package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The source is held at its door, so the test decides who comes while a read is under way.
@Timeout(20)
class CombinedReadsTest {

    /// One read of the source: what it was asked for, and the answer it is still to give.
    private record Reading(Set<String> keys, CompletableFuture<Map<String, String>> answer) {

        void answer(String tail) {
            answer.complete(keys.stream().collect(Collectors.toMap(Function.identity(), key -> key + tail)));
        }
    }

    private final BlockingQueue<Reading> readings = new LinkedBlockingQueue<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final CombinedReads<String> reads = new CombinedReads<>(this::held);

    @AfterEach
    void end() {
        callers.shutdownNow();
    }

    private Map<String, String> held(Set<String> keys) {
        var reading = new Reading(keys, new CompletableFuture<>());
        readings.add(reading);
        try {
            return reading.answer().join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private CompletableFuture<Map<String, String>> asks(String... keys) {
        return CompletableFuture.supplyAsync(() -> reads.find(List.of(keys)), callers);
    }

    private Reading next() throws InterruptedException {
        var reading = readings.poll(10, TimeUnit.SECONDS);
        assertThat(reading).as("a read is begun").isNotNull();
        return reading;
    }

    /// Whoever asks now joins none that has begun. Returns when all of them wait.
    private List<CompletableFuture<Map<String, String>>> wait(int count) {
        var asked = new ArrayList<CompletableFuture<Map<String, String>>>();
        for (int i = 0; i < count; i++) {
            asked.add(asks("key-" + i, "shared"));
        }
        while (reads.waiting() < count) {
            Thread.onSpinWait();
        }
        return asked;
    }

    @Test
    void callers_that_come_during_a_read_share_the_next_one() throws Exception {
        var first = asks("a");
        var alone = next();
        var others = wait(50);
        alone.answer(" old");

        var shared = next();
        assertThat(shared.keys()).hasSize(51).contains("shared").doesNotContain("a");
        shared.answer(" new");

        assertThat(first.get()).isEqualTo(Map.of("a", "a old"));
        for (int i = 0; i < 50; i++) {
            assertThat(others.get(i).get()).isEqualTo(Map.of("key-" + i, "key-" + i + " new", "shared", "shared new"));
        }
        assertThat(readings).isEmpty();
    }

    @Test
    void nobody_is_given_what_was_read_before_it_asked() throws Exception {
        var first = asks("same");
        var begun = next();
        var later = wait(1);
        begun.answer(" before");
        next().answer(" after");

        assertThat(first.get()).containsEntry("same", "same before");
        assertThat(later.getFirst().get()).containsEntry("shared", "shared after");
    }

    @Test
    void a_key_without_a_row_is_left_out_and_no_keys_read_nothing() throws Exception {
        var asked = asks("there", "missing");
        next().answer().complete(Map.of("there", "row"));
        assertThat(asked.get()).isEqualTo(Map.of("there", "row"));

        assertThat(reads.find(List.of())).isEmpty();
        assertThat(readings).isEmpty();
    }

    @Test
    void a_shared_read_that_fails_is_made_again_by_each_for_itself() throws Exception {
        asks("a");
        var alone = next();
        var others = wait(3);
        alone.answer("");
        next().answer().completeExceptionally(new IllegalStateException("one of the keys"));

        for (int i = 0; i < 3; i++) {
            var own = next();
            assertThat(own.keys()).hasSize(2);
            if (own.keys().contains("key-1")) {
                own.answer().completeExceptionally(new IllegalArgumentException("key-1"));
            } else {
                own.answer("");
            }
        }
        assertThat(others.get(0).get()).containsKey("key-0");
        assertThat(others.get(2).get()).containsKey("key-2");
        assertThatThrownBy(others.get(1)::get).hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_failure_of_a_caller_alone_is_its_own_and_the_next_one_reads() throws Exception {
        var failing = asks("a");
        next().answer().completeExceptionally(new IllegalStateException("away"));
        assertThatThrownBy(failing::get).hasRootCauseMessage("away");

        var asked = asks("b");
        next().answer("");
        assertThat(asked.get()).containsKey("b");
    }

    @Test
    void nobody_waits_long_for_a_read_of_another_that_does_not_end() throws Exception {
        asks("stuck");
        var stuck = next();
        var other = wait(1).getFirst();

        next().answer("");
        assertThat(other.get()).containsKey("shared");
        stuck.answer("");
        var later = asks("later");
        next().answer("");
        assertThat(later.get()).containsKey("later");
    }

    @Test
    void many_callers_at_once_all_get_their_own_rows() {
        var counted = new AtomicInteger();
        var counting = new CombinedReads<String>(keys -> {
            counted.incrementAndGet();
            return keys.stream().collect(Collectors.toMap(Function.identity(), key -> "row of " + key));
        });
        var answers = IntStream.range(0, 5_000)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> counting.find(List.of("k" + i)), callers))
                .toList();
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).join()).isEqualTo(Map.of("k" + i, "row of k" + i));
        }
        assertThat(counted.get()).isBetween(1, 5_000);
    }
}
