package dev.holdfast.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testing.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A replay that was stopped goes on, and does nothing twice.
class ReplayResumeTest {

    private static final PrintStream NOBODY = new PrintStream(OutputStream.nullOutputStream());

    private static final String RECEIPTS = "SELECT count(*) FROM inventory.ledger WHERE kind = 'received'";
    private static final String CONFIRMED = "SELECT count(*) FROM orders.orders WHERE status = 'confirmed'";

    private static final int ORDERS = 80;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void file() throws IOException {
        file = FewInvoices.in(folder);
    }

    @Test
    void what_an_earlier_run_placed_is_answered_and_the_opening_is_not_repeated() throws Exception {
        try (var server = TestServer.with()) {
            var first = stoppedMidway(server);
            assertThat(first.stopped()).isTrue();
            assertThat(first.ended()).isEqualTo(first.placed()).isBetween(1L, ORDERS - 1L);
            assertAddsUp(first);
            assertThat(count(server, CONFIRMED)).isEqualTo(first.confirmed());
            var receipts = count(server, RECEIPTS);

            var second = replay(server, ORDERS, 0.9, folder).run();

            assertThat(second.stopped()).isFalse();
            assertThat(second.before()).isEqualTo(first.placed());
            assertThat(second.ended()).isEqualTo(second.placed()).isEqualTo(ORDERS);
            assertAddsUp(second);
            assertThat(count(server, CONFIRMED)).isEqualTo(second.confirmed()).isGreaterThan(first.confirmed());

            // The record lost, everything is asked for again under the same keys.
            Files.delete(folder.resolve("replay.json"));
            var third = replay(server, ORDERS, 0.9, folder).run();
            assertThat(third.invoices()).isEqualTo(second.invoices());
            assertThat(count(server, CONFIRMED)).isEqualTo(second.confirmed());
            assertThat(count(server, RECEIPTS)).isEqualTo(receipts).isPositive();
            assertOthersAreRefused(server);
        }
    }

    @Test
    void an_invoice_whose_key_is_forgotten_is_known_by_its_order() throws Exception {
        try (var server = TestServer.with()) {
            var first = replay(server, ORDERS, 0.9, folder).run();
            server.database().execute("DELETE FROM saga.saga_start_keys");

            var second = replay(server, ORDERS, 0.9, folder).run();

            assertThat(second.before()).isEqualTo(ORDERS);
            assertThat(second.confirmed()).isEqualTo(first.confirmed());
            assertThat(count(server, CONFIRMED)).isEqualTo(first.confirmed());
        }
    }

    private ReplaySummary stoppedMidway(TestServer server) throws Exception {
        var replay = replay(server, ORDERS, 0.9, folder);
        var running = CompletableFuture.supplyAsync(() -> {
            try {
                return replay.run();
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        await().atMost(Duration.ofMinutes(2)).until(() -> running.isDone() || replay.ended() >= 20);
        replay.stop();
        return running.join();
    }

    private void assertOthersAreRefused(TestServer server) throws Exception {
        assertThatThrownBy(() -> replay(server, 1, 0.8, folder).run())
                .hasMessageContaining("was opened with --stock-share 0.9");
        assertThatThrownBy(() -> replay(server, 1, 0.8, null).run())
                .hasMessageContaining("opened with another file or another --stock-share");
        var other = Files.writeString(folder.resolve("other.csv"), """
                InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
                1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
                """);
        assertThatThrownBy(() -> new Replay(RetailFile.at(other), settings(server, 1, 0.9), NOBODY, folder).run())
                .hasMessageContaining("was opened with another file, orders.csv");
    }

    private void assertAddsUp(ReplaySummary summary) throws IOException {
        assertThat(sum(summary.rows())).isEqualTo(FewInvoices.ROWS);
        assertThat(sum(summary.invoices())).isEqualTo(FewInvoices.invoicesIn(file));
    }

    private Replay replay(TestServer server, long limit, double stockShare, Path folder) throws IOException {
        return new Replay(RetailFile.at(file), settings(server, limit, stockShare), NOBODY, folder);
    }

    private static ReplaySettings settings(TestServer server, long limit, double stockShare) {
        return new ReplaySettings(server.uri(), 8, 0, limit, stockShare);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long count(TestServer server, String query) throws Exception {
        try (var db = server.database().dataSource().getConnection();
                var statement = db.createStatement();
                var result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }
}
