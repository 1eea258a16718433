/// Who buys: names, addresses, references of payment methods.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "groupcommit"})
package dev.holdfast.customers;
