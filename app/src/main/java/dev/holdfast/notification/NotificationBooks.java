package dev.holdfast.notification;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/// The books of what customers were told, for an audit.
public interface NotificationBooks {

    /// The types of the events that there is a message of, by order; an order nobody was told of is missing.
    Map<String, Set<String>> told(Collection<String> orderIds) throws SQLException;
}
