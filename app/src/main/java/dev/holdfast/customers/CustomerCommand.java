package dev.holdfast.customers;

import dev.holdfast.customers.CustomersApi.Customer;
import dev.holdfast.platform.RequestKeys;
import java.util.List;

/// What the lane of customers is asked to write: customers that were checked.
///
/// @param customers created or replaced, in this order
/// @param key null when the caller sent none
record CustomerCommand(List<Customer> customers, RequestKeys.Key key) {

    /// What became of it.
    sealed interface Outcome permits Stored, KeyReused, KeyRunning {}

    /// @param created whether the last of them was not known before
    record Stored(boolean created) implements Outcome {}

    record KeyReused() implements Outcome {}

    /// Another node is at work on it.
    record KeyRunning() implements Outcome {}
}
