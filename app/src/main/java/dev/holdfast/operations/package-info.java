/// The operators' desk: what every saga is and waits for, what a person should see, and what a person can do.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "flows", "saga"})
package dev.holdfast.operations;
