/// Labels and parcels, and the carriers that make them.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "groupcommit"})
package dev.holdfast.shipping;
