package dev.holdfast.saga;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What of a saga's log is worth a line for people as it happens. At `debug` every row is: a checkout that went
/// well says nothing at `info`, or a busy shop would write little else.
///
/// Written on the saga's own thread, so `saga_id` and `trace_id` stand with each line.
final class RunLines {

    private static final Logger LOG = LoggerFactory.getLogger(SagaRun.class);

    private RunLines() {}

    /// Called once the row is durable.
    static void recorded(LogEntry row) {
        switch (row.event()) {
            case TURNED_BACK -> LOG.info("COMPENSATE: turns back at {}: {}", row.step(), row.detail());
            case RECOVERED -> LOG.info("taken up again, {} may have run", row.step() == null ? "nothing" : row.step());
            case FAILED, UNCLEAR ->
                LOG.warn("{} attempt {}: {}, {}", row.step(), row.attempt(), row.event(), row.detail());
            case SAGA_FAILED -> LOG.info("COMPENSATE: everything is undone");
            case UNDONE, UNDO_FAILED, RESOLVED ->
                LOG.debug("COMPENSATE: {} attempt {}: {}", row.step(), row.attempt(), row.event());
            case DEADLINE_PASSED ->
                LOG.warn("the time of {} is over", row.step() == null ? "the whole saga" : row.step());
            case SIGNALLED -> signalled(row);
            case DONE, PICKED_UP, REFUSED, WAITING, PIVOT_BEGUN, CLOSING_FAILED, PARKED, SAGA_COMPLETED ->
                LOG.debug("{} attempt {}: {}", row.step(), row.attempt(), row.event());
        }
    }

    /// What a person said is worth a line.
    private static void signalled(LogEntry row) {
        var name = row.detail().get(StepStanding.SIGNAL);
        if (Signal.isOrder(name)) {
            LOG.info("{} by {}", name, row.detail().getOrDefault(Signal.BY, "a program"));
        } else {
            LOG.debug("signal {}", name);
        }
    }
}
