/// The commands of `holdfast`.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "replay", "reconciliation"})
package dev.holdfast.cli;
