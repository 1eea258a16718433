package dev.holdfast.platform;

import dev.holdfast.groupcommit.WrongCountException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a lane wrote last, by key, so that the next step on the ordinary way need not lock and read what this very
/// process has just written.
///
/// Memory is a guess. It counts only where the step writes the row on condition that the row still is the version
/// that is remembered. That version is `xmin`, the transaction that wrote it: nobody has written it since, on
/// whatever node. (What is kept here is of transactions whose commit was answered.) Where the guess is wrong the
/// batch must not be committed: it throws [#outOfDate()], the lane runs it again, and it reads, because what is
/// taken from here is gone from here.
///
/// A new connection may lead to a server that has crashed, or to another one, which gives out ids of transactions
/// again that were lost with their transactions: there the version may be somebody else's. So memory ends with its
/// connection.
///
/// Used by the lane's thread alone.
///
/// @param <V> what is known
public final class Recent<V> {

    /// Of about 1 KB each, and there only while its order is under way: more than a crowd leaves waiting for a slow
    /// provider. Whoever was forgotten is read.
    private static final int MOST = 50_000;

    private final Map<String, V> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > MOST;
        }
    };

    private Connection connection;

    /// To be asked for every key of a batch before anything of that batch is kept.
    ///
    /// @param db the connection of the batch
    /// @return null when nothing is remembered
    public V take(Connection db, String key) {
        if (db != connection) {
            connection = db;
            known.clear();
        }
        return known.remove(key);
    }

    public void keep(String key, V value) {
        known.put(key, value);
    }

    /// What to throw for a conditional write's error: [#outOfDate()] if some row was not as remembered.
    public static SQLException orOutOfDate(SQLException failure) {
        return failure instanceof WrongCountException ? outOfDate(failure) : failure;
    }

    /// A serialization failure, found here and not by the database.
    public static SQLException outOfDate() {
        return outOfDate(null);
    }

    /// @param cause how it was found, or null
    static SQLException outOfDate(SQLException cause) {
        return new SQLException(
                "something was written by somebody else that this lane did not know of", "40001", cause);
    }
}
