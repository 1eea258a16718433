/// Real invoices placed as orders, through the door like any client: what `demo` and `replay` run.
@org.springframework.modulith.ApplicationModule(allowedDependencies = "platform")
package dev.holdfast.replay;
