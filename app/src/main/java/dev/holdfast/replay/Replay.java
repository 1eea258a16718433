package dev.holdfast.replay;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Places the invoices of a file as orders over HTTP, in their order and as many at once as there are clients, and
/// tells what became of them.
///
/// It may be stopped or killed at any point and run again: the opening is done once ([OpeningRecord] and the keys
/// of its writes), each invoice is one order ([Placing]), and what an earlier run placed is answered as it ended.
public final class Replay {

    /// What is under way when it is stopped may take so long to end.
    public static final Duration GRACE = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /// An earlier run had at most its clients' orders under way, so a thousand unknown ones in a row are behind its
    /// last; with more clients than 500, twice as many as they are.
    private static final int UNKNOWN_IN_A_ROW = 1_000;

    private final RetailFile file;
    private final ReplaySettings settings;
    private final PrintStream out;
    private final Path folder;
    private final ShopClient shop;
    private final Tally tally = new Tally();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicReference<Exception> broken = new AtomicReference<>();

    /// Into a shop whose folder is not ours.
    ///
    /// @param out where progress is told to people
    public Replay(RetailFile file, ReplaySettings settings, PrintStream out) {
        this(file, settings, out, null);
    }

    /// @param folder the shop's, where its opening is remembered, or null when it is not ours
    public Replay(RetailFile file, ReplaySettings settings, PrintStream out, Path folder) {
        this.file = file;
        this.settings = settings;
        this.out = out;
        this.folder = folder;
        this.shop = new ShopClient(settings.shop(), PATIENCE);
    }

    /// Opens the shop, places the orders and waits for the outcome of each, or until it is stopped.
    ///
    /// @throws IOException when the file cannot be read, the shop was opened with another one, or does not answer
    public ReplaySummary run() throws IOException, InterruptedException {
        out.println("reading " + file.name());
        var survey = Survey.of(file);
        var resumed = open(survey);
        var toSell = survey.invoicesToSell();
        var toPlace = settings.limit() == 0 ? toSell : Math.min(settings.limit(), toSell);
        tally.begin();
        if (!isStopped()) {
            try (var progress = Progress.of(tally, toPlace, out)) {
                placeAll(survey, toPlace, new Placing(shop, resumed ? askingFirst() : 0));
            }
        }
        if (broken.get() != null) {
            throw new IOException(broken.get().getMessage(), broken.get());
        }
        var cut = isStopped() && tally.ordersEnded() < toPlace;
        return new ReplaySummary(survey, tally, shop.repeated(), cut);
    }

    /// Ends [#run] in order: no further order is placed, those under way are followed for at most [#GRACE]. From
    /// any thread, as often as one likes.
    public void stop() {
        stopping.countDown();
    }

    /// Orders placed so far whose outcome is known; may be asked from any thread while [#run] is under way.
    public long ended() {
        return tally.ordersEnded();
    }

    /// @return whether an earlier run may have been here
    private boolean open(Survey survey) throws IOException, InterruptedException {
        var record = new OpeningRecord(file.name(), survey.digest(), settings.stockShare(), false);
        var before = OpeningRecord.in(folder);
        if (before.isPresent()) {
            before.get().requireSame(record, folder);
        } else {
            record.write(folder);
        }
        if (before.isPresent() && before.get().opened()) {
            out.println("the shop was opened by an earlier run, which goes on");
        } else if (new Opening(shop, survey, settings.stockShare()).open(out, this::isStopped)) {
            record.finished().write(folder);
        }
        return before.isPresent() || folder == null;
    }

    private int askingFirst() {
        return Math.max(UNKNOWN_IN_A_ROW, 2 * settings.clients());
    }

    private boolean isStopped() {
        return stopping.getCount() == 0;
    }

    private void placeAll(Survey survey, long toPlace, Placing placing) throws IOException, InterruptedException {
        var permits = new Semaphore(settings.clients());
        var pace = new Pace(settings.speed(), stopping);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            survey.invoices(invoice -> {
                if (tally.ordersPlaced() >= toPlace || !pace.await(invoice.at()) || !acquire(permits)) {
                    return false;
                }
                submit(invoice, placing, clients, permits);
                return true;
            });
            follow(permits);
            // Those that did not end within the grace. The shop has them, and the next run hears of their end.
            clients.shutdownNow();
        }
    }

    private void follow(Semaphore permits) throws InterruptedException {
        while (!permits.tryAcquire(settings.clients(), 100, TimeUnit.MILLISECONDS)) {
            if (isStopped()) {
                permits.tryAcquire(settings.clients(), GRACE.toMillis(), TimeUnit.MILLISECONDS);
                return;
            }
        }
    }

    /// @return false when no further order is to be placed
    private boolean acquire(Semaphore permits) {
        try {
            while (!isStopped() && broken.get() == null) {
                if (permits.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private void submit(Invoice invoice, Placing placing, ExecutorService clients, Semaphore permits) {
        var rows = invoice.lines().size();
        tally.placed(rows);
        clients.execute(() -> {
            var began = System.nanoTime();
            try {
                var outcome = placing.place(invoice);
                tally.ended(outcome, rows, Duration.ofNanos(System.nanoTime() - began));
            } catch (IOException | InterruptedException | RuntimeException e) {
                if (!isStopped()) {
                    broken.compareAndSet(null, e);
                }
            } finally {
                permits.release();
            }
        });
    }

    /// Keeps the distances of the file's dates, `speed` times faster.
    private static final class Pace {

        private final double speed;
        private final CountDownLatch stopping;
        private final long beganNanos = System.nanoTime();
        private LocalDateTime first;

        Pace(double speed, CountDownLatch stopping) {
            this.speed = speed;
            this.stopping = stopping;
        }

        /// @return false when it was stopped before that time came
        boolean await(LocalDateTime at) {
            if (first == null) {
                first = at;
            }
            var dueNanos = speed == 0 ? 0 : (long) (Duration.between(first, at).toMillis() * 1e6 / speed);
            var waitNanos = dueNanos - (System.nanoTime() - beganNanos);
            try {
                return !stopping.await(Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
