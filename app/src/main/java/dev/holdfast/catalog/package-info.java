/// Products and prices.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "groupcommit"})
package dev.holdfast.catalog;
