/// Orders, their lifecycle and its history.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "groupcommit"})
package dev.holdfast.orders;
