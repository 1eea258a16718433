package dev.holdfast.saga.test;

import java.time.Duration;

/// The node that ran the saga does not go on here. Unwinds its loop.
final class NodeGone extends RuntimeException {

    private final transient Why why;

    NodeGone(Why why) {
        super(why.name(), null, false, false);
        this.why = why;
    }

    Why why() {
        return why;
    }

    /// What happened to it, and how long until somebody goes on.
    enum Why {
        DIED(Duration.ofSeconds(3), true),
        ALL_DIED(Duration.ofHours(1), true),
        REPLACED(Duration.ofSeconds(3), true),
        /// It sees that the log is another one, and reads it again.
        SAW_ANOTHER_LOG(Duration.ZERO, false);

        private final Duration absence;
        private final boolean takenOver;

        Why(Duration absence, boolean takenOver) {
            this.absence = absence;
            this.takenOver = takenOver;
        }

        Duration absence() {
            return absence;
        }

        boolean takenOver() {
            return takenOver;
        }
    }
}
