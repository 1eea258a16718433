package dev.holdfast.platform.remote;

import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Trace;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;

/// The door for other processes of the shop, `/internal/v1/{service}/batch`. Not for the public: it does what it is
/// told.
///
/// Every call of a request gets a thread of its own at once, so that all of them stand in the service's lane
/// together, and is answered by a line as soon as it is done.
@RestController
final class InternalController implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(InternalController.class);

    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);
    private static final byte[] NO_LINE = {};

    private final Roles roles;
    private final Map<Role, Offer> offers = new EnumMap<>(Role.class);
    private final FaultWording wording;
    private final Semaphore free;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("served-", 0).factory());

    InternalController(Roles roles, AllOffers offered, FaultWording wording, ServicesSettings settings) {
        this.roles = roles;
        this.wording = wording;
        this.free = new Semaphore(settings.mostServed());
        for (var role : Role.values()) {
            var parts =
                    offered.all().stream().filter(offer -> offer.role() == role).toList();
            if (roles.isLocal(role) && !parts.isEmpty()) {
                offers.put(role, Offer.of(role, parts));
            }
        }
    }

    /// Every offer of every service here.
    record AllOffers(List<Offer> all) {}

    /// The head of the answer goes out before the first call is done: from it the caller knows that the request
    /// has arrived. If the caller is gone by the time there is something to write, the calls go on all the same; it
    /// asks again, under the same keys.
    @PostMapping(InternalDoor.PATH + "v1/{service}/batch")
    void batch(@PathVariable String service, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        var offer = offerOf(service);
        var calls = read(request);
        var done = new LinkedBlockingQueue<byte[]>();
        for (int n = 0; n < calls.size(); n++) {
            begin(offer, calls.get(n), n, done);
        }
        response.setContentType(Wire.LINES);
        response.flushBuffer();
        write(done, calls.size(), response);
    }

    private static void write(BlockingQueue<byte[]> done, int count, HttpServletResponse response)
            throws IOException, InterruptedException {
        var out = response.getOutputStream();
        for (int left = count; left > 0; left--) {
            var line = done.poll();
            if (line == null) {
                out.flush();
                line = done.take();
            }
            out.write(line);
        }
        out.flush();
    }

    private void begin(Offer offer, Call call, int n, BlockingQueue<byte[]> done) {
        if (!free.tryAcquire()) {
            done.add(Batches.line(
                    n,
                    problem(
                            503,
                            "overloaded",
                            "more calls are being worked on than this process" + " takes; nothing was recorded")));
            return;
        }
        try {
            threads.execute(() -> done.add(lineOf(offer, call, n)));
        } catch (RejectedExecutionException e) {
            free.release();
            done.add(Batches.line(n, problem(503, "overloaded", "this process is ending; nothing was recorded")));
        }
    }

    /// Always one, or the request would be waited for until its caller gives it up, and its connection and thread
    /// with it. What is thrown here beyond what [#answer] takes is an error of the machine (no memory): the call is
    /// left without a line, which its caller takes for unclear.
    private byte[] lineOf(Offer offer, Call call, int n) {
        try {
            return Batches.line(n, answer(offer, call));
        } catch (Throwable e) {
            LOG.error("a call of {} is left without an answer; its caller will ask again", call.operation(), e);
            return NO_LINE;
        } finally {
            free.release();
        }
    }

    private Reply answer(Offer offer, Call call) {
        if (!offer.has(call.operation())) {
            return problem(
                    404,
                    "unknown-operation",
                    "there is no '" + call.operation() + "' here; nothing was done."
                            + " Do all processes run the same release?");
        }
        try {
            var trace = Trace.parse(call.traceparent());
            return trace.isPresent() ? trace.get().call(() -> offer.answer(call)) : offer.answer(call);
        } catch (IllegalArgumentException e) {
            return problem(400, Batches.INVALID_ARGUMENT, e.getMessage());
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            return wording.told(e);
        }
    }

    private static Reply problem(int status, String code, String detail) {
        return new Refusal(status, code, detail == null ? "" : detail, Map.of()).reply();
    }

    private Offer offerOf(String service) {
        var offer = Role.of(service).map(offers::get).orElse(null);
        if (!roles.chosen() || offer == null) {
            throw ProblemException.notFound("service offered here by the name", service);
        }
        return offer;
    }

    private static List<Call> read(HttpServletRequest request) throws IOException {
        var body = request.getInputStream().readAllBytes();
        List<Call> calls;
        try {
            calls = Batches.calls(body);
        } catch (JacksonException e) {
            throw ProblemException.invalid("#", "must be a list of calls; nothing was done");
        }
        if (calls.isEmpty() || calls.size() > Batches.MOST_CALLS) {
            throw ProblemException.invalid("#", "must have 1 to " + Batches.MOST_CALLS + " calls");
        }
        if (calls.stream().anyMatch(call -> call == null || call.operation() == null || call.body() == null)) {
            throw ProblemException.invalid("#", "must be calls with an operation and a body; nothing was done");
        }
        return calls;
    }

    /// The web server has given requests their time to end. What is still being worked on then is told to stop: it
    /// ends as unclear for its caller, and is repeated under its key.
    @Override
    public void destroy() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(PATIENCE_AT_CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
            threads.awaitTermination(PATIENCE_AT_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
