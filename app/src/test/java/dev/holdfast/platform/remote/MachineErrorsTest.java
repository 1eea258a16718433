package dev.holdfast.platform.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.remote.RemoteFixture.Asked;
import dev.holdfast.platform.remote.RemoteFixture.Yes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.JsonNode;

/// Errors of the machine, such as no memory, at the moment that hurts most: they end one call and not the service.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MachineErrorsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /// With one hand and one request at a time, one death of the hand or one permit not given back is enough.
    @Test
    void a_request_that_could_not_be_made_is_unclear_and_the_next_one_is_sent() throws Exception {
        var threads = new Threads(3);
        try (var server = new OddServer(connection -> {
                    while (connection.read() != null) {
                        connection.begin();
                        connection.chunk("{\"n\":0,\"status\":200,\"body\":{\"text\":\"yes\"}}\n");
                        connection.end();
                    }
                });
                var remote = new RemoteFixture(server.uri(), oneByOne(), threads)) {
            for (int i = 0; i < 3; i++) {
                assertThat(catchThrowable(() -> remote.ask("x")))
                        .isInstanceOf(EffectUnclearException.class)
                        .hasMessageContaining("the request could not be made");
            }
            assertThat(remote.ask("x")).isEqualTo(new Yes("yes"));
            assertThat(remote.ask("x")).isEqualTo(new Yes("yes"));
        }
    }

    private static ServicesSettings oneByOne() {
        var times = new ServicesSettings.Times(LONG, LONG, LONG, LONG, LONG);
        return new ServicesSettings(null, 1, 1, 1_000, 500, 1 << 20, LONG, LONG, 20_000, times);
    }

    @Test
    void a_call_that_met_an_error_is_left_without_a_line_and_the_others_have_theirs() throws Exception {
        var offer = Offer.of(Role.ORDERS).on(RemoteFixture.ASK, asked -> answer(asked));
        FaultWording none = fault -> {
            throw new IllegalStateException(fault);
        };
        var door = new InternalController(
                Roles.of("orders"), new InternalController.AllOffers(List.of(offer)), none, oneByOne());
        for (int i = 0; i < 2; i++) {
            var response = new MockHttpServletResponse();
            door.batch("orders", request("memory", "fine"), response);
            var lines = response.getContentAsString()
                    .lines()
                    .map(line -> Wire.MAPPER.readTree(line))
                    .toList();
            assertThat(lines).hasSize(1);
            assertThat(lines.getFirst().path("n").asInt()).isEqualTo(1);
            assertThat(lines.getFirst().at("/body/text").asString()).isEqualTo("fine");
        }
        door.destroy();
    }

    private static RemoteFixture.Answer answer(Asked asked) {
        if (asked.text().equals("memory")) {
            throw new OutOfMemoryError("as if");
        }
        return new Yes(asked.text());
    }

    private static MockHttpServletRequest request(String... texts) {
        var calls = List.of(texts).stream()
                .map(text -> RemoteFixture.ASK.write(new Asked("k", text), null))
                .<JsonNode>map(Wire.MAPPER::valueToTree)
                .toList();
        var request = new MockHttpServletRequest();
        request.setContent(Wire.MAPPER.writeValueAsBytes(calls));
        return request;
    }

    /// Has no memory for the sender's first tasks.
    private static final class Threads extends AbstractExecutorService {

        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final AtomicInteger left;

        Threads(int failures) {
            left = new AtomicInteger(failures);
        }

        @Override
        public void execute(Runnable task) {
            if (task.getClass().getName().startsWith(Sender.class.getName()) && left.getAndDecrement() > 0) {
                throw new OutOfMemoryError("as if");
            }
            threads.execute(task);
        }

        @Override
        public void shutdown() {
            threads.shutdown();
        }

        @Override
        public List<Runnable> shutdownNow() {
            return threads.shutdownNow();
        }

        @Override
        public boolean isShutdown() {
            return threads.isShutdown();
        }

        @Override
        public boolean isTerminated() {
            return threads.isTerminated();
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
            return threads.awaitTermination(timeout, unit);
        }
    }
}
