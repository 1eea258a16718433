package dev.holdfast.flows;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.saga.test.Report;
import dev.holdfast.shipping.ShippingApi;
import dev.holdfast.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// What every fault does to the flows, with the real services on PostgreSQL.
///
/// A build runs every single fault and a sample of the pairs. By hand, with `-Dtest=CheckoutExplorationTest`:
/// `-Dexplorer.pairs=all` runs every pair (half an hour of a processor for the checkout), `-Dexplorer.minutes=20
/// -Dexplorer.seed=7` draws schedules of up to six faults for that long. Reports go to `target/exploration`.
class CheckoutExplorationTest {

    private static final long SEED = Long.getLong("explorer.seed", 1);

    private static final String NO_RECORD = "shipping can record no more what carriers answer #1 = yes";
    private static final String[] SCHEMAS = {
        "inventory", "payment", "sandbox", "shipping", "carriers_sandbox", "orders", "cart"
    };

    private static TestDatabase database;
    private static ExploredShop shop;

    @BeforeAll
    static void open() {
        // Thousands of faults are met as they should be: what is said of them would bury everything else.
        ((Logger) LoggerFactory.getLogger("dev.holdfast")).setLevel(Level.OFF);
        database = TestDatabase.with(SCHEMAS);
        shop = new ExploredShop(database);
    }

    @AfterAll
    static void close() throws Exception {
        ((Logger) LoggerFactory.getLogger("dev.holdfast")).setLevel(null);
        database.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkout", "order-first"})
    void a_flow_comes_through_every_single_fault_and_a_sample_of_pairs(String flow) throws IOException {
        var pairs = System.getProperty("explorer.pairs", "150");
        var sample = pairs.equals("all") ? Integer.MAX_VALUE : Integer.parseInt(pairs);
        var report = shop.explorer(flow).sampling(sample, SEED).explore(2);

        keep(flow + "-pairs", report);
        report.assertNothingBroken();
        assertThat(shop.broken()).isEmpty();
    }

    @Test
    @EnabledIfSystemProperty(named = "explorer.minutes", matches = "[0-9]+")
    void a_checkout_comes_through_what_chance_brings() throws IOException {
        var forAbout = Duration.ofMinutes(Long.getLong("explorer.minutes"));
        var report = shop.explorer("checkout").random(SEED, forAbout, 6);

        keep("checkout-random-" + SEED, report);
        report.assertNothingBroken();
        assertThat(shop.broken()).isEmpty();
    }

    /// It extended the hold, found it sold, took it for lost, and gave the money of a confirmed order back.
    @Test
    void an_attempt_to_authorize_that_wakes_after_the_end_leaves_the_money_alone() {
        var held = shop.explorer("checkout")
                .replay("call authorize-payment #1 = NOT_SENT; call authorize-payment #2 = LATE");

        assertThat(held.story()).anyMatch(line -> line.contains("the delayed call of authorize-payment"));
        assertThat(held.broken()).isEmpty();
    }

    /// What came too late by a wrong clock was taken for a refusal from the record, and the step for one without
    /// effect; the call that was still on its way had it after all.
    @ParameterizedTest
    @ValueSource(strings = {"reserve-inventory", "authorize-payment", "create-order", "create-label"})
    void a_call_on_its_way_is_taken_back_when_the_next_came_too_late_by_a_wrong_clock(String step) {
        var held = shop.explorer("checkout")
                .replay("call %s #1 = REPLACED_WHILE_SENDING; recording RECOVERED %s #1 = CLOCK_BACK"
                        .formatted(step, step));

        assertThat(held.story()).anyMatch(line -> line.contains("the delayed call of " + step));
        assertThat(held.broken()).isEmpty();
    }

    /// The record of a carrier's answer was refused, and so the label was taken for one that surely was not made:
    /// it was left out of the undo.
    @Test
    void a_label_that_cannot_be_recorded_is_cancelled_and_an_exploration_finds_the_shop_that_leaves_it()
            throws Exception {
        var held = shop.explorer("checkout").replay(NO_RECORD);
        assertThat(held.story()).anyMatch(line -> line.contains("shipping can record no more"));
        assertThat(held.broken()).isEmpty();

        try (var other = TestDatabase.with(SCHEMAS)) {
            var planted = new ExploredShop(other, ShopThatBelievesTheLane::new);
            var report = planted.explorer("checkout").stopAfter(1).explore(1);
            assertThat(report.failures()).hasSize(1);
            assertThat(report.failures().getFirst().broken()).anyMatch(broken -> broken.startsWith("one label is"));
        }
    }

    /// Passes on what the lane says of its own transaction, as if no carrier had been asked before.
    private record ShopThatBelievesTheLane(ShippingApi shipping) implements ShippingApi {

        @Override
        public LabelResult createLabel(LabelRequest request) {
            try {
                return shipping.createLabel(request);
            } catch (EffectUnclearException e) {
                throw e.getCause() instanceof NotCommittedException lane ? lane : e;
            }
        }

        @Override
        public CancelResult undo(String orderId, String labelKey, String key) {
            return shipping.undo(orderId, labelKey, key);
        }

        @Override
        public CancelResult cancel(String shippingId, String key) {
            return shipping.cancel(shippingId, key);
        }

        @Override
        public Optional<Shipment> find(String shippingId) {
            return shipping.find(shippingId);
        }
    }

    private static void keep(String name, Report report) throws IOException {
        var folder = Files.createDirectories(Path.of("target", "exploration"));
        var failures = report.failures().stream().map(failure -> "\n" + failure).collect(Collectors.joining());
        Files.writeString(folder.resolve(name + ".txt"), report + "\n" + failures);
        System.out.println(name + ": " + report);
    }
}
