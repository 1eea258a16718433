package dev.holdfast.replay;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Places the invoices of a file as orders over HTTP, in their order and as many at once as there are clients, and
/// tells what became of them. Every order has its own id and key, so a replay that was cut off can be run again:
/// what was placed before is answered as it ended.
public final class Replay {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String CURRENCY = "GBP";

    private final RetailFile file;
    private final ReplaySettings settings;
    private final PrintStream out;
    private final ShopClient shop;
    private final Tally tally = new Tally();
    private final AtomicReference<Exception> broken = new AtomicReference<>();

    /// @param out where progress is told to people
    public Replay(RetailFile file, ReplaySettings settings, PrintStream out) {
        this.file = file;
        this.settings = settings;
        this.out = out;
        this.shop = new ShopClient(settings.shop(), PATIENCE);
    }

    /// Opens the shop, places the orders and waits for the outcome of each.
    ///
    /// @throws IOException when the file cannot be read or the shop does not answer
    public ReplaySummary run() throws IOException, InterruptedException {
        out.println("reading " + file.name());
        var survey = Survey.of(file);
        new Opening(shop, survey, file.name(), settings.stockShare()).open(out);
        var toPlace =
                settings.limit() == 0 ? survey.invoicesToSell() : Math.min(settings.limit(), survey.invoicesToSell());
        var permits = new Semaphore(settings.clients());
        tally.begin();
        try (var progress = Executors.newSingleThreadScheduledExecutor();
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            progress.scheduleAtFixedRate(() -> out.println(tally.line(toPlace)), 1, 1, TimeUnit.SECONDS);
            placeAll(survey, toPlace, clients, permits);
            permits.acquire(settings.clients());
            progress.shutdownNow();
        }
        if (broken.get() != null) {
            throw new IOException(broken.get().getMessage(), broken.get());
        }
        out.println(tally.line(toPlace));
        return new ReplaySummary(survey, tally, shop.repeated());
    }

    private void placeAll(Survey survey, long toPlace, ExecutorService clients, Semaphore permits) throws IOException {
        var pace = new Pace(settings.speed());
        survey.invoices(invoice -> {
            if (tally.ordersPlaced() >= toPlace || broken.get() != null) {
                return;
            }
            pace.await(invoice.at());
            permits.acquireUninterruptibly();
            tally.placed();
            clients.execute(() -> {
                try {
                    place(invoice);
                } catch (IOException | InterruptedException | RuntimeException e) {
                    broken.compareAndSet(null, e);
                } finally {
                    permits.release();
                }
            });
        });
    }

    private void place(Invoice invoice) throws IOException, InterruptedException {
        var began = System.nanoTime();
        var cart = "/v1/carts/cart_" + invoice.number();
        var filled = shop.send("PUT", cart, cartOf(invoice), null);
        if (!filled.ok() && !filled.problem().startsWith("cart-")) {
            tally.failed("cart: " + reasonOf(filled), since(began));
            return;
        }
        var reply = shop.send("POST", "/v1/checkout", checkoutOf(invoice), "replay-" + invoice.number());
        while (reply.ok() && reply.text("status").equals("processing")) {
            reply = shop.send("GET", "/v1/checkout/" + reply.text("saga_id"), null, null);
        }
        if (!reply.ok()) {
            tally.failed(reasonOf(reply), since(began));
        } else if (reply.text("status").equals("completed")) {
            tally.confirmed(since(began));
        } else {
            tally.failed(reply.body().path("failure").path("code").asString("unknown"), since(began));
        }
    }

    private static Map<String, Object> cartOf(Invoice invoice) {
        var items = new ArrayList<Map<String, Object>>();
        for (var line : invoice.lines()) {
            items.add(Map.of(
                    "sku", line.product(),
                    "quantity", line.quantity(),
                    "unit_price", Map.of("amount", pence(line), "currency", CURRENCY)));
        }
        var cart = new LinkedHashMap<String, Object>();
        if (invoice.userId() != null) {
            cart.put("user_id", invoice.userId());
        }
        cart.put("currency", CURRENCY);
        cart.put("items", items);
        return cart;
    }

    private static Map<String, Object> checkoutOf(Invoice invoice) {
        var checkout = new LinkedHashMap<String, Object>();
        checkout.put("order_id", invoice.orderId());
        checkout.put("cart_id", "cart_" + invoice.number());
        if (invoice.userId() == null) {
            checkout.put("shipping_address", Opening.addressIn(invoice.country(), "Guest"));
        } else {
            checkout.put("user_id", invoice.userId());
        }
        checkout.put("payment_method_id", "pm_card_" + (invoice.customerId() == null ? "guest" : invoice.customerId()));
        checkout.put("expected_total", Map.of("amount", total(invoice.lines()), "currency", CURRENCY));
        return checkout;
    }

    private static long total(List<RetailRow> lines) {
        return lines.stream()
                .mapToLong(line -> Math.multiplyExact(pence(line), (long) line.quantity()))
                .reduce(0, Math::addExact);
    }

    private static long pence(RetailRow line) {
        return line.unitPrice().movePointRight(2).longValueExact();
    }

    private static String reasonOf(ShopClient.Reply reply) {
        return reply.problem().isEmpty() ? "status " + reply.status() : reply.problem();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    /// Keeps the distances of the file's dates, `speed` times faster.
    private static final class Pace {

        private final double speed;
        private final long beganNanos = System.nanoTime();
        private LocalDateTime first;

        Pace(double speed) {
            this.speed = speed;
        }

        void await(LocalDateTime at) {
            if (speed == 0) {
                return;
            }
            if (first == null) {
                first = at;
            }
            var dueNanos = (long) (Duration.between(first, at).toMillis() * 1e6 / speed);
            var waitNanos = dueNanos - (System.nanoTime() - beganNanos);
            try {
                TimeUnit.NANOSECONDS.sleep(waitNanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UncheckedIOException(new IOException("interrupted while waiting for the next invoice", e));
            }
        }
    }
}
