package dev.holdfast.customers;

import dev.holdfast.customers.CustomersApi.Customer;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.RequestKeys;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// Customers over HTTP.
@RestController
final class CustomersController {

    private final Customers customers;

    CustomersController(Customers customers) {
        this.customers = customers;
    }

    record PutCustomerRequest(String name, String email, List<Address> addresses, List<String> paymentMethodIds) {}

    @GetMapping("/v1/customers/{userId}")
    Customer customer(@PathVariable String userId) {
        return customers.find(userId).orElseThrow(() -> ProblemException.notFound("customer", userId));
    }

    /// A retry under the same key gets the customer it sent, which is what the first attempt answered.
    @PutMapping("/v1/customers/{userId}")
    ResponseEntity<Customer> put(
            @PathVariable String userId,
            @RequestBody PutCustomerRequest request,
            @RequestHeader(name = "Idempotency-Key", required = false) String keyHeader) {
        var key = IdempotencyKey.of(keyHeader, null);
        var customer = new Customer(
                userId, request.name(), request.email(), given(request.addresses()), given(request.paymentMethodIds()));
        CustomerRules.check(customer);
        boolean created = customers.put(
                customer,
                key == null
                        ? null
                        : new RequestKeys.Key("PUT /v1/customers/" + userId, key, IdempotencyKey.digest(customer)));
        return ResponseEntity.status(created ? HttpStatus.CREATED : HttpStatus.OK)
                .body(customer);
    }

    /// A copy that may hold nulls, which the rules then point at.
    private static <T> List<T> given(List<T> list) {
        return list == null ? List.of() : Collections.unmodifiableList(new ArrayList<>(list));
    }
}
