package dev.holdfast.saga;

import java.util.List;

/// Brings sagas back that are put down, and to all of a node's sagas what came for them.
final class Waking implements Sleepers.Host {

    private final SagaLane lane;
    private final Ownership ownership;
    private final SignalReads signals;
    private final Adoption adoption;

    Waking(SagaLane lane, Ownership ownership, SignalReads signals, Adoption adoption) {
        this.lane = lane;
        this.ownership = ownership;
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
    ///
    /// Reads beside the pool that customers may be queueing for: whoever takes up what a dead node has left waits
    /// until this is over.
    @Override
    public void pickUp(List<String> sagaIds) {
        adoption.alone(() -> {
            boolean all = false;
            var pickedUp = lane.pickUp(sagaIds);
            try {
                var came = ownership.left().signals().untaken(pickedUp);
                for (var recorded : ownership.left().these(pickedUp)) {
                    adoption.pickUp(
                            recorded, came.getOrDefault(recorded.execution().sagaId(), List.of()));
                }
                all = pickedUp.size() == sagaIds.size();
            } finally {
                if (!all) {
                    adoption.leftBehind();
                }
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
