package dev.holdfast.flows;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.holdfast.testing.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What every fault does to the flows, with the real services on PostgreSQL.
class CheckoutExplorationTest {

    private static TestDatabase database;
    private static ExploredShop shop;

    @BeforeAll
    static void open() {
        // Thousands of faults are met as they should be: what is said of them would bury everything else.
        ((Logger) LoggerFactory.getLogger("dev.holdfast")).setLevel(Level.OFF);
        database =
                TestDatabase.with("inventory", "payment", "sandbox", "shipping", "carriers_sandbox", "orders", "cart");
        shop = new ExploredShop(database);
    }

    @AfterAll
    static void close() throws Exception {
        ((Logger) LoggerFactory.getLogger("dev.holdfast")).setLevel(null);
        database.close();
    }

    @Test
    void a_checkout_comes_through_every_single_fault() {
        var report = shop.explorer("checkout").explore(1);

        System.out.println("checkout: " + report);
        report.assertNothingBroken();
        assertThat(shop.broken()).isEmpty();
    }
}
