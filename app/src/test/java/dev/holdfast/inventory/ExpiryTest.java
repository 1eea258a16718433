package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static dev.holdfast.inventory.InventoryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Refused;
import dev.holdfast.inventory.InventoryApi.Released;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Strategy.class)
class ExpiryTest {

    private static final ReservationRef R = ReservationRef.reservation("r");

    private final InventoryFixture fixture;
    private final InventoryService inventory;

    ExpiryTest(Strategy strategy) {
        fixture = new InventoryFixture(strategy);
        inventory = fixture.inventory;
    }

    @AfterEach
    void close() throws Exception {
        assertThat(fixture.books.audit().rules())
                .allSatisfy(
                        rule -> assertThat(rule.broken()).as(rule.toString()).isZero());
        fixture.close();
    }

    @Test
    void a_hold_ends_ten_minutes_from_now() {
        fixture.stock("book", 1);
        var held = (Held) inventory.hold(request("r", line("book", 1)));
        assertThat(held.expiresAt())
                .isBetween(Instant.now().plusSeconds(590), Instant.now().plusSeconds(601));
    }

    @Test
    void a_lapsed_hold_counts_as_available_before_anybody_swept_it() {
        fixture.stock("book", 5);
        inventory.hold(request("r", line("book", 3)));
        fixture.lapse("r");
        assertThat(fixture.of("book").available()).isEqualTo(5);
        assertThat(fixture.of("book").reserved()).isZero();
        assertThat(inventory.find("r").orElseThrow().status()).isEqualTo("expired");
    }

    @Test
    void a_hold_that_falls_short_takes_what_lapsed_holds_keep_back() {
        fixture.stock("book", 5);
        inventory.hold(request("r", line("book", 3)));
        inventory.hold(request("other", line("book", 2)));
        fixture.lapse("r");
        assertThat(inventory.hold(request("s", line("book", 3)))).isInstanceOf(Held.class);
        assertThat(fixture.told("r")).isEqualTo("InventoryReserved 1, InventoryReleased 2");
        assertThat(inventory.hold(request("t", line("book", 1)))).isInstanceOf(OutOfStock.class);
    }

    @Test
    void a_hold_that_even_lapsed_holds_cannot_satisfy_is_out_of_stock() {
        fixture.stock("book", 5);
        inventory.hold(request("r", line("book", 3)));
        fixture.lapse("r");
        assertThat(inventory.hold(request("s", line("book", 6)))).isInstanceOf(OutOfStock.class);
        assertThat(fixture.told("s")).isEqualTo("InventoryFailed 1");
    }

    @Test
    void the_sweeper_expires_what_lapsed_and_nothing_else() {
        fixture.stock("book", 9);
        inventory.hold(request("r", line("book", 3)));
        inventory.hold(request("live", line("book", 3)));
        inventory.hold(request("pinned", line("book", 3)));
        inventory.pin(ReservationRef.reservation("pinned"), null);
        fixture.lapse("r");
        fixture.lapse("pinned");
        assertThat(inventory.sweep(100)).isEqualTo(1);
        assertThat(inventory.sweep(100)).isZero();
        assertThat(fixture.texts("SELECT status FROM inventory.reservations ORDER BY reservation_id"))
                .containsExactly("held", "pinned", "expired");
        assertThat(fixture.texts("SELECT available || ' ' || reserved FROM inventory.stock"))
                .containsExactly("3 6");
    }

    @Test
    void an_expired_hold_is_neither_repeated_nor_extended_nor_pinned_nor_committed() {
        fixture.stock("book", 5);
        inventory.hold(request("r", line("book", 3)));
        fixture.lapse("r");
        assertThat(((Refused) inventory.extend(R, Instant.now().plusSeconds(60))).code())
                .isEqualTo("reservation-lapsed");
        assertThat(((Refused) inventory.pin(R, null)).code()).isEqualTo("reservation-lapsed");
        assertThat(((Refused) inventory.commit(R)).code()).isEqualTo("reservation-lapsed");
        assertThat(((Refused) inventory.hold(request("r", line("book", 3)))).code())
                .isEqualTo("reservation-lapsed");
        assertThat(inventory.release(R)).isEqualTo(new Released("r", List.of()));
        assertThat(fixture.available("book")).isEqualTo(5);
        assertThat(fixture.told("r")).isEqualTo("InventoryReserved 1, InventoryReleased 2");
    }

    @Test
    void extending_moves_the_deadline_forwards_and_never_backwards() {
        fixture.stock("book", 5);
        inventory.hold(request("r", line("book", 3)));
        var later = Instant.now().plusSeconds(3_600).truncatedTo(ChronoUnit.MICROS);
        assertThat(((Held) inventory.extend(R, later)).expiresAt()).isEqualTo(later);
        assertThat(((Held) inventory.extend(R, later.minusSeconds(60))).expiresAt())
                .isEqualTo(later);
        assertThat(((Held) inventory.pin(R, null)).expiresAt()).isNull();
        assertThat(((Held) inventory.extend(R, later.plusSeconds(60))).expiresAt())
                .isNull();
    }

    @Test
    void a_hold_may_be_pinned_from_the_start() {
        fixture.stock("book", 5);
        var pinned = new HoldRequest("r", "saga-r", "k", null, true, null, List.of(line("book", 3)));
        assertThat(((Held) inventory.hold(pinned)).expiresAt()).isNull();
        assertThat(inventory.find("r").orElseThrow().status()).isEqualTo("pinned");
    }

    @Test
    void the_sweeper_goes_round_by_itself_and_stops_when_told() {
        fixture.stock("book", 500);
        var hasty = fixture.node(Duration.ofMillis(1));
        for (int i = 0; i < 250; i++) {
            hasty.hold(request("r" + i, line("book", 2)));
        }
        var sweeper = new Sweeper(inventory, Duration.ofMillis(5));
        sweeper.start();
        await().until(() -> fixture.texts("SELECT available FROM inventory.stock"), List.of("500")::equals);
        assertThat(sweeper.isRunning()).isTrue();
        sweeper.stop();
        assertThat(sweeper.isRunning()).isFalse();
    }
}
