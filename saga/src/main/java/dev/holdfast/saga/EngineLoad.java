package dev.holdfast.saga;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What an engine has in flight at a moment, for gauges: from memory, so that it can be asked while the database is
/// away. Parked sagas are not among it.
///
/// @param running sagas in flight
/// @param oldest when the oldest of them was started
/// @param compensating how many of them are turning back
/// @param compensatingSince when the first of those turned back
public record EngineLoad(int running, Optional<Instant> oldest, int compensating, Optional<Instant> compensatingSince) {

    static EngineLoad of(List<SagaRun<?>> runs) {
        var turned = runs.stream()
                .map(EngineLoad::turnedBack)
                .flatMap(Optional::stream)
                .toList();
        return new EngineLoad(
                runs.size(),
                runs.stream().map(run -> run.execution().createdAt()).min(Instant::compareTo),
                turned.size(),
                turned.stream().min(Instant::compareTo));
    }

    private static Optional<Instant> turnedBack(SagaRun<?> run) {
        return run.log().stream()
                .filter(row -> row.event() == SagaEvent.TURNED_BACK)
                .map(LogEntry::endedAt)
                .findFirst();
    }
}
