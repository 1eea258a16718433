package dev.holdfast.platform;

import static dev.holdfast.platform.CarrierWatch.CALM;
import static dev.holdfast.platform.CarrierWatch.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CarrierWatchTest {

    private static final int CHOSEN = 1;

    /// Virtual threads that take turns, or do not.
    private static final class Turns implements CarrierWatch.Scheduler {
        private final List<Runnable> waiting = new ArrayList<>();
        private boolean taken = true;
        private boolean broken;
        private int carriers = CHOSEN;
        private int most = Integer.MAX_VALUE;

        @Override
        public void run(Runnable sign) {
            if (broken) {
                throw new OutOfMemoryError("unable to create a thread");
            }
            waiting.add(sign);
            go();
        }

        private void go() {
            if (taken) {
                waiting.forEach(Runnable::run);
                waiting.clear();
            }
        }

        private void taken(boolean now) {
            taken = now;
            go();
        }

        @Override
        public OptionalInt more() {
            return carriers == most ? OptionalInt.empty() : OptionalInt.of(++carriers);
        }

        @Override
        public void asChosen() {
            carriers = CHOSEN;
        }
    }

    private final Turns turns = new Turns();
    private final CarrierWatch watch = new CarrierWatch(turns);

    @Test
    void where_turns_are_taken_nothing_is_changed() {
        look(10 * CALM);

        assertThat(turns.carriers).isEqualTo(CHOSEN);
    }

    @Test
    void where_none_are_taken_there_is_one_more_after_each_while() {
        turns.taken(false);

        look(PATIENCE);
        assertThat(turns.carriers).isEqualTo(CHOSEN);
        look(1);
        assertThat(turns.carriers).isEqualTo(CHOSEN + 1);
        look(PATIENCE);
        assertThat(turns.carriers).isEqualTo(CHOSEN + 2);
        turns.taken(true);
        look(CALM);
        assertThat(turns.carriers).as("after two").isEqualTo(CHOSEN + 2);
    }

    @Test
    void it_is_as_chosen_after_a_calm_that_is_longer_the_second_time() {
        stall();
        assertThat(turns.carriers).isEqualTo(CHOSEN + 1);
        look(CALM - 1);
        assertThat(turns.carriers).isEqualTo(CHOSEN + 1);
        look(1);
        assertThat(turns.carriers).isEqualTo(CHOSEN);

        stall();
        look(2 * CALM - 1);
        assertThat(turns.carriers).isEqualTo(CHOSEN + 1);
        look(1);
        assertThat(turns.carriers).isEqualTo(CHOSEN);
    }

    @Test
    void where_there_can_be_no_more_nothing_piles_up() {
        turns.most = CHOSEN;
        turns.taken(false);

        look(10 * PATIENCE);

        assertThat(turns.waiting).as("the sign that was asked for").hasSize(1);
    }

    @Test
    void a_sign_that_could_not_be_asked_for_is_asked_for_again() {
        turns.broken = true;
        assertThatThrownBy(watch::look).isInstanceOf(OutOfMemoryError.class);
        turns.broken = false;

        look(10 * CALM);

        assertThat(turns.carriers).isEqualTo(CHOSEN);
    }

    /// One carrier, which a virtual thread does not let go while it waits for another.
    @Test
    void threads_that_would_wait_for_each_other_for_ever_go_on() throws Exception {
        var program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ActiveProcessorCount=2",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Stuck.class.getName())
                .inheritIO()
                .start();
        try {
            assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(program.exitValue()).isZero();
        } finally {
            program.destroyForcibly();
        }
    }

    /// Its exit code is 0 when it came to its end, and there was one carrier.
    static final class Stuck {
        private static volatile boolean free;

        public static void main(String[] arguments) throws InterruptedException {
            Carriers.choose();
            boolean one = "1".equals(System.getProperty("jdk.virtualThreadScheduler.parallelism"));
            var first = Thread.ofVirtual().start(() -> {
                while (!free) {
                    Thread.onSpinWait();
                }
            });
            // Of every queue there is something in it: what comes then calls no carrier.
            for (int i = 0; i < 16; i++) {
                Thread.ofPlatform()
                        .start(() -> {
                            for (int each = 0; each < 3; each++) {
                                Thread.ofVirtual().start(() -> free = true);
                            }
                        })
                        .join();
            }
            first.join();
            System.exit(one ? 0 : 1);
        }
    }

    private void stall() {
        turns.taken(false);
        look(PATIENCE + 1);
        turns.taken(true);
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            watch.look();
        }
    }
}
