/// The entry: a cart becomes a priced, validated order and the saga that sees it through.
@org.springframework.modulith.ApplicationModule(
        allowedDependencies = {
            "platform",
            "flows",
            "cart",
            "catalog",
            "customers",
            "inventory",
            "payment",
            "orders",
            "shipping",
            "saga",
            "groupcommit"
        })
package dev.holdfast.checkout;
