package dev.holdfast.customers;

import dev.holdfast.platform.remote.RemoteService;
import java.util.List;
import java.util.Optional;

/// The customers of another process.
final class RemoteCustomers implements CustomersApi {

    private final RemoteService service;

    RemoteCustomers(RemoteService service) {
        this.service = service;
    }

    @Override
    public Optional<Customer> find(String userId) {
        return Optional.ofNullable(service.call(CustomersWire.FIND, userId));
    }

    /// In sets, as the service does it itself: a request carries so many. Looked through here, before the first set
    /// leaves: of a list with a mistake nothing is written.
    @Override
    public void putCustomers(List<Customer> customers) {
        Customers.requireValid(customers);
        for (int from = 0; from < customers.size(); from += Customers.SET) {
            service.call(
                    CustomersWire.PUT,
                    List.copyOf(customers.subList(from, Math.min(customers.size(), from + Customers.SET))));
        }
    }
}
