/// The door: what comes in is read strictly and within limits, what goes wrong leaves as a problem that says what
/// to do, and every request belongs to a trace. It knows nobody's rules.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "groupcommit"})
package dev.holdfast.gateway;
