/// Stock: counters, reservations and the ledger behind them.
@org.springframework.modulith.ApplicationModule(allowedDependencies = {"platform", "groupcommit"})
package dev.holdfast.inventory;
