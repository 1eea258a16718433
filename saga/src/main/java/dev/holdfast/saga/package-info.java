/// Durable sagas on PostgreSQL.
///
/// Begin with [SagaDefinition] (what a flow is) and [SagaEngine] (what runs it). `Progress` is the core: a pure
/// function from a definition and a log to what is to be done next. Everything around it asks, acts, records and
/// asks again; recovery is the same loop on a log that was read from the database.
package dev.holdfast.saga;
