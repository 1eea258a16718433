/// What every service shares and none owns: money, ids, problems, events and their outbox, lanes of group commit,
/// settings.
@org.springframework.modulith.ApplicationModule(type = org.springframework.modulith.ApplicationModule.Type.OPEN)
package dev.holdfast.platform;
