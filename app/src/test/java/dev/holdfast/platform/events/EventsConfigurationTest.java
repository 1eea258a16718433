package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Outbox;
import dev.holdfast.testing.TestDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.util.LinkedMultiValueMap;

class EventsConfigurationTest {

    private final TestDatabase database = TestDatabase.fresh();
    private final Recorder mails = new Recorder(database, "mails");

    /// A service that asks for its outbox, and a consumer.
    private ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withUserConfiguration(EventsConfiguration.class, OutboxController.class)
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(Clock.class, Clock::systemUTC)
                .withBean(Recorder.class, () -> mails)
                .withInitializer(context -> {
                    var beans = (GenericApplicationContext) context;
                    beans.registerBean(
                            Outbox.class, () -> beans.getBean(Outboxes.class).of(database.of("shop")));
                });
    }

    @Test
    void an_application_delivers_and_measures_with_nothing_but_an_outbox_and_a_consumer() {
        application().withPropertyValues("holdfast.events.upkeep=100ms").run(context -> {
            assertThat(context).hasNotFailed();
            var event = Shop.event("a", 1);
            append(context.getBean(Outbox.class), event);
            await().until(() -> mails.count() == 1);
            var meters = context.getBean(MeterRegistry.class);
            await().until(() -> meters.find("holdfast.outbox.delivered")
                            .tag("source", "/shop")
                            .counter()
                    != null);
            await().until(() -> meters.find("holdfast.outbox.pending").gauge() != null);
            assertThat(meters.get("holdfast.outbox.delivered").counter().count())
                    .isEqualTo(1);
            assertThat(meters.get("holdfast.outbox.oldest.seconds").gauge().value())
                    .isLessThan(60);
        });
    }

    @Test
    void the_defaults_written_as_properties_are_the_defaults_in_code() {
        application()
                .run(context -> assertThat(context.getBean(EventSettings.class)).isEqualTo(EventSettings.defaults()));
    }

    @Test
    void nonsense_is_refused_at_the_start_with_the_value() {
        application()
                .withPropertyValues("holdfast.events.page-size=0")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("holdfast.events.page-size must be 1 to 10000, not 0"));
    }

    @Test
    void an_operator_sees_the_stuck_event_as_it_would_travel() {
        application()
                .withPropertyValues(
                        "holdfast.events.stuck-after=1",
                        "holdfast.events.retry-first=1h",
                        "holdfast.events.retry-most=1h")
                .run(context -> {
                    var bad = Shop.event("sick", 1);
                    mails.failOn(bad.id());
                    append(context.getBean(Outbox.class), bad);
                    var books = OutboxBooks.of(database.of("shop"));
                    await().until(() -> books.backlog().stuck() == 1);
                    var json = Json.mapper()
                            .readTree(Json.write(
                                    context.getBean(OutboxController.class).outboxes(new LinkedMultiValueMap<>())));
                    var shop = json.path("outboxes").path(0);
                    assertThat(shop.path("source").asString()).isEqualTo("/shop");
                    assertThat(shop.path("stuck").asInt()).isEqualTo(1);
                    var stuck = shop.path("stuck_events").path(0);
                    assertThat(stuck.path("event").path("type").asString()).isEqualTo("dev.holdfast.thing.changed.v1");
                    assertThat(stuck.path("last_error").asString()).startsWith("mails: ");
                });
    }

    @Test
    void two_consumers_of_one_name_would_share_an_inbox_and_are_refused() {
        assertThatThrownBy(() -> new LocalBus(List.of(mails, mails), List.of(), EventSettings.defaults()))
                .hasMessageContaining("two consumers are named 'mails'");
    }

    private void append(Outbox outbox, Event event) throws Exception {
        try (var db = database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            outbox.append(db, List.of(event));
            db.commit();
        }
    }
}
