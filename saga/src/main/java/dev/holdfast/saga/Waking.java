package dev.holdfast.saga;

import java.util.List;

/// Brings sagas back that are put down, and to all of a node's sagas what came for them.
final class Waking implements Sleepers.Host {

    private final SagaLane lane;
    private final SagaReads reads;
    private final SignalReads signals;
    private final Adoption adoption;

    Waking(SagaLane lane, SagaReads reads, SignalReads signals, Adoption adoption) {
        this.lane = lane;
        this.reads = reads;
        this.signals = signals;
        this.adoption = adoption;
    }

    @Override
    public int free() {
        return adoption.runs().freeForPickingUp();
    }

    @Override
    public boolean runs(String sagaId) {
        return adoption.runs().of(sagaId).isPresent();
    }

    /// Only what was really put down runs on without doubt. Whatever else is neither running nor parked was left
    /// behind by an end that nobody saw, a commit with an unclear end of this very method among it: it is adopted,
    /// and what was next in it is in doubt.
    @Override
    public void pickUp(List<String> sagaIds) {
        adoption.alone(() -> {
            var pickedUp = lane.pickUp(sagaIds);
            var came = signals.untaken(pickedUp);
            for (var recorded : reads.these(pickedUp)) {
                adoption.pickUp(recorded, came.getOrDefault(recorded.execution().sagaId(), List.of()));
            }
            if (pickedUp.size() < sagaIds.size()) {
                adoption.leftBehind();
            }
        });
    }

    @Override
    public void signalled(List<String> sagaIds) {
        var came = signals.untaken(sagaIds);
        came.forEach((sagaId, each) -> {
            var live = adoption.runs().of(sagaId);
            if (live.isPresent()) {
                each.forEach(live.get().run()::deliver);
            } else if (adoption.isParked(sagaId)) {
                if (each.stream().anyMatch(signal -> signal.name().equals(Signal.RETRY))) {
                    adoption.unpark(sagaId);
                }
            } else {
                adoption.wake(sagaId);
            }
        });
    }

    @Override
    public boolean stopped() {
        return lane.stopped();
    }
}
