package example;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.PayloadCodec;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.test.Explorer;
import dev.holdfast.saga.test.Invariant;
import dev.holdfast.saga.test.Report;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

public class ExploreTrip {

    /// The world: a plane with seats, and a till. Made anew for every schedule.
    static class Trip {

        final boolean tombstones;
        final Map<String, String> seats = new HashMap<>();
        final Map<String, Integer> till = new HashMap<>();

        Trip(boolean tombstones) {
            this.tombstones = tombstones;
        }

        Outcome hold(StepCall call) {
            return Objects.equals(seats.putIfAbsent(call.key(), "held"), "released")
                    ? new Outcome.Refused("released", "it was released before")
                    : Outcome.Done.done();
        }

        Outcome release(StepCall call) {
            if (tombstones) {
                seats.put(call.doKey(), "released");
            } else {
                seats.remove(call.doKey());
            }
            return Outcome.Done.done();
        }

        Outcome pay(StepCall call) {
            till.put(call.key(), 90);
            return Outcome.Done.done();
        }

        SagaDefinition<String> saga() {
            return SagaDefinition.named("book-trip")
                    .version(1)
                    .carrying(PayloadCodec.text())
                    .step(
                            "seat",
                            step -> step.owner("travel-platform", "seats")
                                    .customerSees("BOOKING")
                                    .succeedsWhen("a seat is held")
                                    .failsWhen("the flight is full")
                                    .does((traveller, call) -> hold(call))
                                    .undoneBy((traveller, call) -> release(call))
                                    .compensatedAt("SEAT_SERVICE"))
                    .pivot(
                            "pay",
                            step -> step.owner("payments-platform", "payment")
                                    .customerSees("PAYING")
                                    .succeedsWhen("the fare is captured")
                                    .failsWhen("the card is declined")
                                    .does((traveller, call) -> pay(call)))
                    .build();
        }

        boolean adds(boolean booked) {
            var held = seats.values().stream().filter("held"::equals).count();
            var paid = till.values().stream().mapToInt(Integer::intValue).sum();
            return booked ? held == 1 && paid == 90 : held == 0 && paid == 0;
        }
    }

    public static Report explore(boolean tombstones) {
        return Explorer.of(circumstances -> new Trip(tombstones))
                .saga(Trip::saga, trip -> "alice")
                .invariant(
                        "a seat is held and paid for, or neither",
                        Invariant.that((trip, end) -> trip.adds(end.completed())))
                .stopAfter(1)
                .explore(2);
    }
}
