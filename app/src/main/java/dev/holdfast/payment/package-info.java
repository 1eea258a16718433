/// Money: authorizations, captures, voids and refunds, and the providers that do them.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "groupcommit"})
package dev.holdfast.payment;
