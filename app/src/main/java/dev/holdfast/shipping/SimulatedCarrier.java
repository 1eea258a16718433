package dev.holdfast.shipping;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.groupcommit.UnclearCommitException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.Fate;
import dev.holdfast.platform.Fate.Purpose;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.NoEffectException;
import java.time.Duration;
import java.util.function.LongFunction;

/// A carrier for development, demonstrations and tests, with books of its own ([CarrierSandbox]). It fails where
/// the order's [Fate] and the rates say so; an address whose zip is [#UNDELIVERABLE] is refused.
///
/// @param name `fedex`, `ups`
/// @param numbers makes a tracking number of a label's serial number
/// @param latency how long each call takes
/// @param firstChoice whether it is the carrier that `carrierDownRate` strikes: then no label can be made there for
///     that order, by any number of tries
record SimulatedCarrier(
        String name,
        LongFunction<String> numbers,
        GroupCommit<CarrierSandbox.Command, CarrierSandbox.Entry> books,
        FaultRates rates,
        Duration latency,
        Sleeper sleeper,
        boolean firstChoice)
        implements Carrier {

    static final String UNDELIVERABLE = "00000";

    @Override
    public LabelAnswer create(String key, Parcel parcel) {
        var fate = Fate.of(parcel.orderId());
        pause();
        if (firstChoice && fate.strikes(Purpose.CARRIER_DOWN, rates.carrierDownRate())) {
            throw new NoEffectException(name + " cannot be reached", null);
        }
        var lost = fate.strikes(Purpose.LOST_REQUEST, rates.lostRequestRate());
        var declined = UNDELIVERABLE.equals(parcel.destination().zip());
        var entry = ask(new CarrierSandbox.Make(key, name, parcel.reference(), parcel.orderId(), lost, declined));
        return switch (entry.status()) {
            case REQUESTED -> throw new NoEffectException("the request got lost on the way to " + name, null);
            case LIVE -> {
                if (entry.first() && fate.strikes(Purpose.LOST_LABEL_REPLY, rates.lostLabelReplyRate())) {
                    throw new EffectUnclearException("the reply of " + name + " got lost", null);
                }
                yield new Made(numbers.apply(entry.serial()));
            }
            case REFUSED -> new Declined(name + " does not deliver to zip " + UNDELIVERABLE);
            case CANCELLED -> new Declined("label " + key + " was cancelled at " + name);
        };
    }

    @Override
    public void cancel(String key) {
        pause();
        ask(new CarrierSandbox.Void(key, name));
    }

    private void pause() {
        try {
            sleeper.sleep(latency);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoEffectException("stopped on the way to " + name, e);
        }
    }

    private CarrierSandbox.Entry ask(CarrierSandbox.Command command) {
        try {
            return books.submit(command);
        } catch (OverloadedException | NotCommittedException | RejectedRequestException e) {
            throw new NoEffectException(name + " did not take the request", e);
        } catch (UnclearCommitException e) {
            throw new EffectUnclearException(name + " did not answer", e);
        }
    }
}
