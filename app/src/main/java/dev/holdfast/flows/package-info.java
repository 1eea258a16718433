/// The flows: which service is asked what, in which order, and what takes it back. One file each, readable top to
/// bottom.
@org.springframework.modulith.ApplicationModule(
        allowedDependencies = {"platform", "inventory", "payment", "orders", "shipping", "cart", "saga", "groupcommit"})
package dev.holdfast.flows;
