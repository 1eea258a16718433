package dev.holdfast.platform.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.remote.OddServer.Connection;
import dev.holdfast.platform.remote.RemoteFixture.Answer;
import dev.holdfast.platform.remote.RemoteFixture.Asked;
import dev.holdfast.platform.remote.RemoteFixture.Yes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How calls share requests, and what becomes of those that wait.
class GatheringTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Integer> sizes = new CopyOnWriteArrayList<>();
    private final CountDownLatch open = new CountDownLatch(1);
    private final CountDownLatch read = new CountDownLatch(1);

    @AfterEach
    void close() {
        open.countDown();
        callers.close();
    }

    /// Answers every call with its own text, once the latch is open.
    private void echo(Connection connection) throws Exception {
        for (var body = connection.read(); body != null; body = connection.read()) {
            var calls = Wire.MAPPER.readValue(body, Call[].class);
            sizes.add(calls.length);
            read.countDown();
            open.await();
            connection.begin();
            for (int n = 0; n < calls.length; n++) {
                connection.chunk("{\"n\":" + n + ",\"status\":200,\"body\":" + calls[n].body() + "}\n");
            }
            connection.end();
        }
    }

    @Test
    void calls_that_come_while_a_request_is_being_taken_in_share_the_next_one() throws Exception {
        try (var server = new OddServer(this::echo);
                var remote = new RemoteFixture(server.uri(), RemoteFixture.settings(LONG, LONG, 1, 1_000))) {
            var first = callers.submit(() -> remote.ask("first"));
            read.await();
            var more = new ArrayList<Future<Answer>>();
            for (int i = 0; i < 50; i++) {
                var text = "more " + i;
                more.add(callers.submit(() -> remote.ask(text)));
            }
            await().until(() -> queued(remote) == 50);
            open.countDown();
            assertThat(first.get()).isEqualTo(new Yes("first"));
            for (int i = 0; i < 50; i++) {
                assertThat(more.get(i).get()).isEqualTo(new Yes("more " + i));
            }
            assertThat(sizes).containsExactly(1, 50);
        }
    }

    @Test
    void a_call_that_is_answered_late_holds_up_none_that_was_sent_with_it_or_after_it() throws Exception {
        var late = new CountDownLatch(1);
        try (var server = new OddServer(connection -> {
                    connection.read();
                    connection.begin();
                    if (connection.number() == 1) {
                        late.await();
                    }
                    connection.chunk("{\"n\":0,\"status\":200,\"body\":{\"text\":\"" + connection.number() + "\"}}\n");
                    connection.end();
                });
                var remote = new RemoteFixture(server.uri(), RemoteFixture.settings(LONG, LONG, 1, 1_000))) {
            var slow = callers.submit(() -> remote.ask("slow"));
            await().until(() -> server.accepted() == 1);
            assertThat(remote.ask("quick")).isEqualTo(new Yes("2"));
            assertThat(slow.isDone()).isFalse();
            late.countDown();
            assertThat(slow.get()).isEqualTo(new Yes("1"));
        }
    }

    @Test
    void one_call_too_many_is_refused_without_effect() throws Exception {
        try (var server = new OddServer(this::echo);
                var remote = new RemoteFixture(server.uri(), RemoteFixture.settings(LONG, LONG, 1, 1))) {
            var first = callers.submit(() -> remote.ask("first"));
            read.await();
            var second = callers.submit(() -> remote.ask("second"));
            await().until(() -> queued(remote) == 1);
            assertThat(catchThrowable(() -> remote.ask("third")))
                    .isInstanceOf(NoEffectException.class)
                    .hasMessageContaining("1 calls wait to be sent already");
            open.countDown();
            assertThat(first.get()).isEqualTo(new Yes("first"));
            assertThat(second.get()).isEqualTo(new Yes("second"));
        }
    }

    @Test
    void a_call_whose_time_is_over_before_it_was_sent_is_never_sent() throws Exception {
        try (var server = new OddServer(this::echo);
                var remote =
                        new RemoteFixture(server.uri(), RemoteFixture.settings(LONG, Duration.ofMillis(500), 1, 10))) {
            var patient = RemoteFixture.ASK.lasting(LONG);
            var first = callers.submit(() -> remote.service.call(patient, new Asked("k", "first")));
            read.await();
            assertThat(catchThrowable(() -> remote.ask("second")))
                    .isInstanceOf(NoEffectException.class)
                    .hasMessageContaining("still waiting to be sent");
            open.countDown();
            assertThat(first.get()).isEqualTo(new Yes("first"));
            assertThat(remote.service.call(patient, new Asked("k", "third"))).isEqualTo(new Yes("third"));
            assertThat(sizes).containsExactly(1, 1);
        }
    }

    @Test
    void an_interrupted_caller_is_told_what_is_known_and_stays_interrupted() throws Exception {
        try (var server = new OddServer(this::echo);
                var remote = new RemoteFixture(server.uri(), RemoteFixture.settings(LONG, LONG, 1, 10))) {
            var told = new ArrayList<Object>();
            var caller = Thread.ofVirtual().start(() -> {
                told.add(catchThrowable(() -> remote.ask("first")));
                told.add(Thread.currentThread().isInterrupted());
            });
            read.await();
            caller.interrupt();
            caller.join();
            assertThat(told.get(0)).isInstanceOf(EffectUnclearException.class);
            assertThat(told.get(1)).isEqualTo(true);
            open.countDown();
        }
    }

    @Test
    void what_waits_when_this_process_ends_is_told_that_it_was_not_sent() throws Exception {
        try (var server = new OddServer(this::echo)) {
            var remote = new RemoteFixture(server.uri(), RemoteFixture.settings(LONG, LONG, 1, 10));
            var first = callers.submit(() -> remote.ask("first"));
            read.await();
            var second = callers.submit(() -> catchThrowable(() -> remote.ask("second")));
            await().until(() -> queued(remote) == 1);
            remote.service.close();
            assertThat(second.get()).isInstanceOf(NoEffectException.class);
            open.countDown();
            assertThat(first.get()).isEqualTo(new Yes("first"));
            remote.close();
        }
    }

    private static double queued(RemoteFixture remote) {
        return remote.metrics.get("holdfast.remote.queued").gauge().value();
    }
}
