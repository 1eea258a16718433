/// Load over HTTP, made by a process of its own: one thread that keeps any number of connections busy, so that it
/// takes as little as can be from the processor it shares with the shop.
package dev.holdfast.bench.http;
