package example;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.PayloadCodec;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaSchema;
import dev.holdfast.saga.StartRequest;
import java.time.Duration;
import javax.sql.DataSource;

public class BookTrip {

    public static String run(DataSource dataSource) {
        SagaSchema.create(dataSource);
        var trip = SagaDefinition.named("book-trip")
                .version(1)
                .carrying(PayloadCodec.text())
                .step(
                        "seat",
                        step -> step.owner("travel-platform", "seats")
                                .customerSees("BOOKING")
                                .succeedsWhen("a seat is held")
                                .failsWhen("the flight is full")
                                .does((traveller, call) -> Outcome.Done.done())
                                .undoneBy((traveller, call) -> Outcome.Done.done())
                                .compensatedAt("SEAT_SERVICE"))
                .pivot(
                        "pay",
                        step -> step.owner("payments-platform", "payment")
                                .customerSees("PAYING")
                                .succeedsWhen("the fare is captured")
                                .failsWhen("the card is declined")
                                .does((traveller, call) -> traveller.equals("broke")
                                        ? new Outcome.Refused("card-declined", "not enough money")
                                        : Outcome.Done.done()))
                .build();
        try (var engine = SagaEngine.builder(dataSource).register(trip).start()) {
            engine.start(trip, new StartRequest<>("trip-1", "alice", "web", "click-1", "hash-1", "cart:1", null, null));
            engine.start(trip, new StartRequest<>("trip-2", "broke", "web", "click-2", "hash-2", "cart:2", null, null));
            var alice = engine.await("trip-1", Duration.ofSeconds(30)).orElseThrow();
            var broke = engine.await("trip-2", Duration.ofSeconds(30)).orElseThrow();
            return alice.status() + ", " + broke.status() + " because of "
                    + broke.failure().code();
        }
    }
}
