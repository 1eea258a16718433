package dev.holdfast.customers;

import dev.holdfast.platform.Address;
import java.util.List;
import java.util.Optional;

/// Who buys: name, e-mail, addresses, references of stored payment methods (never card data).
public interface CustomersApi {

    Optional<Customer> find(String userId);

    /// Creates or replaces customers, in sets. Not one transaction: a failure leaves the sets before it, and the
    /// same call again brings the rest.
    ///
    /// @throws IllegalArgumentException naming the first customer that breaks a rule; nothing is written
    void putCustomers(List<Customer> customers);

    /// @param userId 1 to 64 characters without white space, control characters or `/ \ ? # % ; "`
    /// @param name 1 to 200 characters, no control characters
    /// @param email `local@domain`, at most 254 characters
    /// @param addresses at most 20, the first is the default; each needs all but `address2` and `state`
    /// @param paymentMethodIds at most 20, in the order they are to be tried
    record Customer(String userId, String name, String email, List<Address> addresses, List<String> paymentMethodIds) {}
}
