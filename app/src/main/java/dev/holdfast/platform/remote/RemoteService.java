package dev.holdfast.platform.remote;

import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A service that runs in another process: every proxy calls through one of these.
///
/// Calls are gathered as a lane gathers requests: while a request is on its way, the calls that come queue up, and
/// the next request takes all of them. There is no timer; an idle service gets a call at once, as a list of one. So
/// the calls of a hundred sagas reach the other process together, and its lane commits them together.
///
/// A request counts as on its way until the service says that it has it. Its answers come later, each when it is
/// there; meanwhile the next requests go out, so calls that wait for a payment provider delay nobody.
///
/// Safe for use by many threads.
public final class RemoteService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteService.class);

    private final Role role;
    private final ServicesSettings settings;
    private final Sender sender;
    private final RemoteMetrics metrics;
    private final BlockingQueue<Ticket> queue;
    private final Semaphore open;
    private final List<Thread> hands = new ArrayList<>();
    private volatile boolean closed;

    RemoteService(Role role, ServicesSettings settings, Sender sender, RemoteMetrics metrics) {
        this.role = role;
        this.settings = settings;
        this.sender = sender;
        this.metrics = metrics;
        this.queue = new LinkedBlockingQueue<>(settings.maxQueued());
        this.open = new Semaphore(settings.mostOpen());
        metrics.watch(role, queue::size, () -> settings.mostOpen() - open.availablePermits(), settings);
        for (int hand = 1; hand <= settings.inFlight(); hand++) {
            hands.add(Thread.ofVirtual().name("to-" + role.word() + "-" + hand).start(this::sendOnAndOn));
        }
    }

    public Role role() {
        return role;
    }

    /// Asks, and waits for the answer.
    ///
    /// @throws dev.holdfast.platform.NoEffectException surely nothing happened
    /// @throws dev.holdfast.platform.EffectUnclearException no answer came: the effect may exist
    /// @throws dev.holdfast.platform.KeyReusedException the key stands for another request already
    /// @throws IllegalArgumentException the service took the request for nonsense
    /// @throws dev.holdfast.groupcommit.RejectedRequestException its database refused a value; nothing was recorded
    public <Q, R> R call(Operation<Q, R> operation, Q request) {
        var begun = System.nanoTime();
        var call = operation.write(request, Trace.currentTraceparent());
        var patience = operation.patienceOr(settings.patience().with(role));
        var heard = ask(Wire.MAPPER.writeValueAsBytes(call), begun + patience.toNanos());
        metrics.took(role, operation.name(), Duration.ofNanos(System.nanoTime() - begun));
        return counted(heard, () -> Meaning.of(heard, operation, role.word(), call.idempotencyKey()));
    }

    /// What the figures say is what the caller was told. An error that the service answers with is an answer.
    private <R> R counted(Heard heard, Supplier<R> meaning) {
        try {
            var answer = meaning.get();
            metrics.answered(role);
            return answer;
        } catch (NoEffectException e) {
            metrics.noEffect(role, heard);
            throw e;
        } catch (EffectUnclearException e) {
            metrics.unclear(role, heard);
            throw e;
        } catch (KeyReusedException | IllegalArgumentException | RejectedRequestException e) {
            metrics.answered(role);
            throw e;
        }
    }

    private Heard ask(byte[] call, long until) {
        var ticket = new Ticket(call, until);
        if (closed || !queue.offer(ticket)) {
            return new Heard.NotSent(
                    closed ? "this process is ending" : settings.maxQueued() + " calls wait to be sent already");
        }
        return ticket.await();
    }

    /// One that ended would not be missed until the last of them had: from then on the service could not be reached
    /// before a restart. So whatever fails ends this turn and no more.
    private void sendOnAndOn() {
        while (!closed) {
            try {
                send(queue.take());
            } catch (InterruptedException e) {
                // Closed. What is still queued is told so by close().
            } catch (Throwable e) {
                LOG.error("a request to {} could not be made; its calls are unclear, the next ones are sent", role, e);
            }
        }
    }

    private void send(Ticket first) throws InterruptedException {
        try {
            open.acquire();
        } catch (InterruptedException e) {
            turnAway(first);
            throw e;
        }
        var released = new AtomicBoolean();
        Runnable release = () -> {
            if (released.compareAndSet(false, true)) {
                open.release();
            }
        };
        var batch = new ArrayList<Ticket>();
        Sender.Sent sent;
        try {
            gather(first, batch);
            if (batch.isEmpty()) {
                release.run();
                return;
            }
            metrics.sent(role, batch.size());
            sent = sender.send(batch, release);
        } catch (Throwable e) {
            // How far it came is not known. Who is missing in the batch is told the same when its patience ends.
            batch.forEach(ticket -> ticket.say(new Heard.Lost("the request could not be made", e)));
            release.run();
            throw e;
        }
        sent.awaitTakenIn();
    }

    /// All that has queued up, in its order, as far as one request may carry it. Whose caller has left is passed
    /// over.
    private void gather(Ticket first, List<Ticket> batch) {
        int bytes = 0;
        for (var next = first; next != null; next = batch.size() < settings.maxBatch() ? fitting(bytes) : null) {
            if (next.take()) {
                batch.add(next);
                bytes += next.call().length;
            }
        }
    }

    /// The peeked ticket may be taken by another hand before it is polled; then the next one comes, of whatever
    /// size: a request may become larger than wished by one call for each hand, which the receiver has room for.
    private Ticket fitting(int bytes) {
        var next = queue.peek();
        return next == null || bytes + next.call().length > settings.maxBytes() ? null : queue.poll();
    }

    /// Sends nothing more. Calls whose answers are outstanding are still answered for as long as their callers
    /// wait.
    @Override
    public void close() {
        closed = true;
        hands.forEach(Thread::interrupt);
        for (var left = queue.poll(); left != null; left = queue.poll()) {
            turnAway(left);
        }
    }

    private static void turnAway(Ticket ticket) {
        if (ticket.take()) {
            ticket.say(new Heard.NotSent("this process is ending"));
        }
    }
}
