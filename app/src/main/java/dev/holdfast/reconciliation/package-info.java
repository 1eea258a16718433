/// The books: invariants over all services, checked from what each service's own books say.
@org.springframework.modulith.ApplicationModule(
        allowedDependencies = {"platform", "flows", "inventory", "payment", "orders", "shipping", "notification", "saga"
        })
package dev.holdfast.reconciliation;
