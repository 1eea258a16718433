package dev.holdfast.customers;

import dev.holdfast.customers.CustomerCommand.KeyReused;
import dev.holdfast.customers.CustomerCommand.KeyRunning;
import dev.holdfast.customers.CustomerCommand.Outcome;
import dev.holdfast.customers.CustomerCommand.Stored;
import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.RequestKeys;
import java.util.List;
import java.util.Optional;

/// Customers: reads from the pool, writes through the lane.
final class Customers implements CustomersApi {

    static final int SET = 1_000;

    private final CustomerStore store;
    private final GroupCommit<CustomerCommand, Outcome> lane;

    Customers(CustomerStore store, GroupCommit<CustomerCommand, Outcome> lane) {
        this.store = store;
        this.lane = lane;
    }

    @Override
    public Optional<Customer> find(String userId) {
        // NUL is the one character PostgreSQL cannot even be asked about.
        return userId.indexOf('\0') >= 0 ? Optional.empty() : store.find(userId);
    }

    @Override
    public void putCustomers(List<Customer> customers) {
        requireValid(customers);
        for (int from = 0; from < customers.size(); from += SET) {
            var set = customers.subList(from, Math.min(customers.size(), from + SET));
            lane.submit(new CustomerCommand(List.copyOf(set), null));
        }
    }

    static void requireValid(List<Customer> customers) {
        for (var customer : customers) {
            try {
                CustomerRules.check(customer);
            } catch (ProblemException e) {
                throw new IllegalArgumentException("customer '" + customer.userId() + "': " + e.getMessage(), e);
            }
        }
    }

    /// @param customer a checked one
    /// @param key null when the caller sent none
    /// @return whether there was none of that id before
    boolean put(Customer customer, RequestKeys.Key key) {
        return switch (lane.submit(new CustomerCommand(List.of(customer), key))) {
            case Stored(var created) -> created;
            case KeyReused() -> throw new KeyReusedException(key.key());
            case KeyRunning() -> throw IdempotencyKey.stillRunning();
        };
    }
}
