package dev.holdfast.platform;

import dev.holdfast.groupcommit.BatchListener;
import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.GroupCommit;
import javax.sql.DataSource;

/// Opens lanes of group commit with the settings, metrics and shutdown of the application.
public interface Lanes {

    /// @param name of the lane, usually the service's; with a suffix where a service has several
    <Q, R> GroupCommit<Q, R> open(String name, ServiceDatabase database, BatchWork<Q, R> work);

    /// Opens a lane that takes at most so many requests into one transaction.
    ///
    /// @param maxBatch 1: a transaction of its own for each request
    <Q, R> GroupCommit<Q, R> open(String name, ServiceDatabase database, int maxBatch, BatchWork<Q, R> work);

    /// Connections as lanes have them, for a lane that somebody else opens and says itself how it plans.
    default DataSource connections(ServiceDatabase database) {
        return database.direct();
    }

    /// The metrics of such a lane.
    default BatchListener meters(String name) {
        return BatchListener.NONE;
    }
}
