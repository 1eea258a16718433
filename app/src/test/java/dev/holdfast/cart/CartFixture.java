package dev.holdfast.cart;

import dev.holdfast.cart.CartCommand.Outcome;
import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Web;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/// Carts on a database of their own, with a price list and a clock that the test sets.
final class CartFixture implements AutoCloseable {

    static final CartSettings SETTINGS = new CartSettings(Duration.ofDays(30), Duration.ofHours(1));

    final TestDatabase database = TestDatabase.with("cart");
    final TablePrices prices = new TablePrices(database)
            .with("book", 1999, "USD")
            .with("pen", 250, "USD")
            .with("lamp", 4500, "USD")
            .with("tee", 1500, "EUR");
    final SetClock clock = new SetClock();
    final RequestKeys keys = new RequestKeys("cart");
    final CartStore store = new CartStore(database.dataSource());
    final Carts carts = node();
    final MockMvcTester web = Web.of(new CartsController(carts, prices, SETTINGS));

    CartWork work() {
        return new CartWork(store, keys, clock, SETTINGS.expiresAfter());
    }

    /// Another node on the same database: a lane of its own.
    Carts node() {
        GroupCommit<CartCommand, Outcome> lane = database.open("cart", database.of("cart"), work());
        return new Carts(store, lane, clock);
    }

    /// Runs commands as one batch, in a transaction.
    List<Outcome> batch(CartCommand... commands) throws Exception {
        try (var db = database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            var outcomes = work().run(db, List.of(commands));
            db.commit();
            return outcomes;
        }
    }

    MvcTestResult put(String path, String body) {
        return put(path, body, null);
    }

    MvcTestResult put(String path, String body, String key) {
        var request =
                web.put().uri(path).contentType(MediaType.APPLICATION_JSON).content(body);
        return (key == null ? request : request.header("Idempotency-Key", key)).exchange();
    }

    MvcTestResult post(String path, String body) {
        return post(path, body, null);
    }

    MvcTestResult post(String path, String body, String key) {
        var request =
                web.post().uri(path).contentType(MediaType.APPLICATION_JSON).content(body);
        return (key == null ? request : request.header("Idempotency-Key", key)).exchange();
    }

    MvcTestResult get(String path) {
        return web.get().uri(path).exchange();
    }

    MvcTestResult delete(String path) {
        return web.delete().uri(path).exchange();
    }

    @Override
    public void close() throws Exception {
        database.close();
    }

    static final class SetClock extends Clock {

        private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));

        void pass(Duration time) {
            now.updateAndGet(instant -> instant.plus(time));
        }

        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
