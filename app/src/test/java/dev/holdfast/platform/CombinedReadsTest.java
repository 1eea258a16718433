package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
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
    private final CombinedReads<String> reads = new CombinedReads<>(this::held, Duration.ofMinutes(1));

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

    /// Returns when all of them wait.
    private List<CompletableFuture<Map<String, String>>> wait(int count) throws InterruptedException {
        var asked = new ArrayList<CompletableFuture<Map<String, String>>>();
        for (int i = 0; i < count; i++) {
            asked.add(asks("key-" + i, "shared"));
        }
        awaitWaiting(count);
        return asked;
    }

    private void awaitWaiting(int count) throws InterruptedException {
        while (reads.waiting() < count) {
            if (Thread.interrupted()) {
                throw new InterruptedException("they do not wait");
            }
            Thread.onSpinWait();
        }
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
        var later = asks("same");
        awaitWaiting(1);
        begun.answer(" before");
        next().answer(" after");

        assertThat(first.get()).containsEntry("same", "same before");
        assertThat(later.get()).containsEntry("same", "same after");
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
    void a_shared_read_that_fails_is_made_again_by_those_who_waited_each_for_itself() throws Exception {
        asks("a");
        var alone = next();
        var others = wait(3);
        alone.answer("");
        next().answer().completeExceptionally(new IllegalStateException("the database is away"));

        var one = next();
        var another = next();
        assertThat(one.keys()).hasSize(2);
        assertThat(another.keys()).hasSize(2).isNotEqualTo(one.keys());
        one.answer(" again");
        another.answer(" again");
        assertThat(others)
                .filteredOn(other -> other.handle((rows, e) -> e != null).join())
                .as("who read for all is told")
                .hasSize(1);
        var later = asks("later");
        next().answer(" anew");
        assertThat(later.get()).containsEntry("later", "later anew");
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
        var impatient = new CombinedReads<String>(this::held, Duration.ofMillis(20));
        var stuck = CompletableFuture.supplyAsync(() -> impatient.find(List.of("stuck")), callers);
        var its = next();
        var other = CompletableFuture.supplyAsync(() -> impatient.find(List.of("other")), callers);

        next().answer("");
        assertThat(other.get()).containsKey("other");
        assertThat(impatient.waiting()).as("who gave up").isZero();
        its.answer("");
        assertThat(stuck.get()).containsKey("stuck");
    }

    @Test
    void a_caller_that_is_interrupted_reads_for_itself_and_stays_interrupted() throws Exception {
        asks("a");
        var begun = next();
        var interrupted = new CompletableFuture<Boolean>();
        var waits = Thread.ofVirtual().start(() -> {
            reads.find(List.of("b"));
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        awaitWaiting(1);
        waits.interrupt();
        next().answer("");
        assertThat(interrupted.get()).isTrue();

        begun.answer("");
        var after = asks("c");
        next().answer(" after");
        assertThat(after.get()).containsEntry("c", "c after");
    }

    @Test
    void many_callers_at_once_all_get_their_own_rows_by_few_reads() throws Exception {
        asks("a");
        var begun = next();
        var answers = IntStream.range(0, 5_000)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> reads.find(List.of("k" + i)), callers))
                .toList();
        awaitWaiting(5_000);
        begun.answer("");
        for (int read = 0; read < 5; read++) {
            next().answer(" read");
        }
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).get()).isEqualTo(Map.of("k" + i, "k" + i + " read"));
        }
        assertThat(readings).isEmpty();
    }
}
