package dev.holdfast.customers;

import dev.holdfast.customers.CustomersApi.Customer;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.Role;
import java.util.List;
import tools.jackson.core.type.TypeReference;

/// [CustomersApi] as it travels between processes.
final class CustomersWire {

    static final Operation<String, Customer> FIND = Operation.of("find", String.class, Customer.class);
    static final Operation<List<Customer>, Boolean> PUT =
            Operation.of("put", new TypeReference<>() {}, new TypeReference<>() {});

    private CustomersWire() {}

    static Offer offer(CustomersApi customers) {
        return Offer.of(Role.CUSTOMERS)
                .on(FIND, id -> customers.find(id).orElse(null))
                .on(PUT, all -> {
                    customers.putCustomers(all);
                    return true;
                });
    }
}
